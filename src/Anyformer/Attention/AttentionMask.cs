using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>
/// What queries may not see, as rules instead of a table of pairs: a mechanism that is linear in tokens obeys them without ever making the table.
/// The rules add up; a mechanism that cannot obey one refuses it.
/// </summary>
public sealed record AttentionMask
{
    /// <summary>No query sees a key that comes after it.</summary>
    public static AttentionMask Causal { get; } = new() { IsCausal = true };

    /// <summary>Whether no query sees a key that comes after it. Of fewer queries than keys, the last query stands beside the last key.</summary>
    public bool IsCausal { get; init; }

    /// <summary>True where a key is a token and not padding, (batch, keys); null when all are.</summary>
    public Tensor? Keys { get; init; }

    /// <summary>
    /// True where a query is a token and not padding, (batch, queries); null when all are. What a padded query gets is without meaning, and
    /// mechanisms in which queries act on each other (landmarks, clusters) leave it out.
    /// </summary>
    public Tensor? Queries { get; init; }

    /// <summary>True where a query may see a key, broadcastable to (batch, heads, queries, keys); null when every pair may.</summary>
    public Tensor? Pairs { get; init; }

    /// <summary>The mask of samples that end in padding, or have it anywhere, for tokens that see each other.</summary>
    /// <param name="tokens">True where there is a token, (batch, tokens).</param>
    public static AttentionMask OfTokens(Tensor tokens) => new() { Queries = tokens, Keys = tokens };

    /// <summary>The mask of samples of different lengths.</summary>
    /// <param name="keys">True where a key is a token, (batch, keys).</param>
    public static AttentionMask OfKeys(Tensor keys) => new() { Keys = keys };

    /// <summary>Any mask at all, at the price of a number for every pair.</summary>
    /// <param name="pairs">True where a query may see a key, broadcastable to (batch, heads, queries, keys).</param>
    public static AttentionMask OfPairs(Tensor pairs) => new() { Pairs = pairs };

    /// <summary>The rules as a table, broadcastable to (batch, heads, queries, keys), true where a query may see a key; null when all may.</summary>
    /// <remarks>Quadratic in tokens when the mask is causal: only for mechanisms that are so too.</remarks>
    public Tensor? Table(long queries, long keys, Device? device = null)
    {
        var table = Pairs;
        if (Keys is not null)
            table = And(table, Keys.View([Keys.Size(0), 1, 1, Keys.Size(1)]));
        if (IsCausal)
            table = And(table, Functional.Ones([queries, keys], DType.Bool, device: device).Tril(keys - queries));
        return table;
    }

    /// <summary>True at the keys that count, (batch, 1, keys, 1), to lie over keys and values by heads; null when all do.</summary>
    public Tensor? KeyRows => Rows(Keys);

    /// <summary>True at the queries that count, (batch, 1, queries, 1), to lie over queries by heads; null when all do.</summary>
    public Tensor? QueryRows => Rows(Queries);

    /// <summary>The tensors of a mask, or of none: keys, queries, pairs.</summary>
    internal static Tensor?[] TensorsOf(AttentionMask? mask) => [mask?.Keys, mask?.Queries, mask?.Pairs];

    /// <summary>The same rules with other tensors, in the order of <see cref="TensorsOf"/>.</summary>
    internal AttentionMask With(ReadOnlySpan<Tensor?> tensors) => this with { Keys = tensors[0], Queries = tensors[1], Pairs = tensors[2] };

    /// <summary>Refuses a table of pairs.</summary>
    /// <param name="mechanism">The name in the message: <c>Linear attention</c>.</param>
    /// <exception cref="UserException">There is one.</exception>
    public void RefusePairs(string mechanism)
    {
        if (Pairs is not null)
            throw new UserException($"{mechanism} makes no score for every pair of tokens, so it cannot obey a mask of pairs; it takes padding"
                + " and causal masks.");
    }

    /// <summary>Refuses a causal mask.</summary>
    /// <param name="mechanism">The name in the message.</param>
    /// <exception cref="UserException">The mask is causal.</exception>
    public void RefuseCausal(string mechanism)
    {
        if (IsCausal)
            throw new UserException($"{mechanism} has no causal form; choose a mechanism that the catalog calls causal.");
    }

    private static Tensor? Rows(Tensor? tokens) => tokens?.View([tokens.Size(0), 1, tokens.Size(1), 1]);

    private static Tensor And(Tensor? table, Tensor other) => table is null ? other : table.LogicalAnd(other);
}
