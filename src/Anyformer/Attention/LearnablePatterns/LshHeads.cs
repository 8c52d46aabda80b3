using Anyformer.Attention.Local;
using Anyformer.Attention.Windows;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>
/// The heads of LSH attention: tokens sorted by the bucket of what is query and key at once, cut to chunks that see themselves and neighbouring ones.
/// Records <c>buckets</c>, (batch, heads, rounds, tokens), those of later rounds after those of earlier ones.
/// </summary>
internal sealed class LshHeads : ReformerHeads
{
    private readonly TokenMixerShape _shape;
    private readonly LshAttentionOptions _options;

    internal LshHeads(TokenMixerShape shape, LshAttentionOptions options)
    {
        if (options.Buckets is { } factors && (factors.Count == 0 || factors.Any(factor => factor < 2 || factor % 2 != 0)))
            throw new UserException($"The buckets of LSH attention must be even numbers, found {string.Join(", ", factors)}.");
        (_shape, _options) = (shape, options);
        var inner = shape.Heads * shape.HeadWidth;
        QueryKey = new Linear(shape.Width, inner, bias: false);
        Value = new Linear(shape.Width, inner, bias: false);
        Dropout = new Dropout(shape.Dropout);
    }

    private Linear QueryKey { get; }

    private Linear Value { get; }

    private Dropout Dropout { get; }

    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        var count = tokens.Size(1);
        var (queries, values) = (Heads.Split(QueryKey.Call(tokens), _shape.Heads), Heads.Split(Value.Call(tokens), _shape.Heads));
        if (count <= _options.Chunk)
            return SeeAll(queries, values, mask);

        var missing = (_options.Chunk - count % _options.Chunk) % _options.Chunk;
        if (missing > 0)
        {
            (queries, values) = (queries.ConstantPadNd([0, 0, 0, missing]), values.ConstantPadNd([0, 0, 0, missing]));
            mask = Lengthen(mask, tokens, missing);
        }

        return Sorted(queries, values, mask).Narrow(2, 0, count);
    }

    /// <summary>Full attention, for samples of a single chunk.</summary>
    private Tensor SeeAll(Tensor queries, Tensor values, AttentionMask? mask)
    {
        var positions = Functional.Arange(queries.Size(2), device: queries.Device).View([1, 1, 1, -1]);
        var single = new WindowLayout(queries.Size(2), queries.Size(2), 0, 0, 0, Circular: true);
        return Attend(queries, values, positions, mask?.Keys?.Unsqueeze(1).Unsqueeze(1), mask?.IsCausal ?? false, single).Contexts;
    }

    private Tensor Sorted(Tensor queries, Tensor values, AttentionMask? mask)
    {
        var (batch, heads, count, rounds) = (queries.Size(0), queries.Size(1), queries.Size(2), _options.Rounds);
        var (order, inverse) = Order(queries, mask?.Keys);
        var positions = order.Flatten(2);
        var windows = new WindowLayout(rounds * count, _options.Chunk, 0, _options.Backward, _options.Forward, Circular: true);
        var real = mask?.Keys?.Unsqueeze(1).Expand([batch, heads, count]).Gather(2, positions);
        var (contexts, totals) = Attend(
            TokenRows.Gather(queries, positions), TokenRows.Gather(values, positions), Chunks(positions), real is null ? null : Chunks(real),
            mask?.IsCausal ?? false, windows);
        var rounded = TokenRows.Gather(contexts, inverse);
        if (rounds == 1)
            return rounded.Squeeze(2);
        // A round counts by what it found: the sum of the exponentials of its scores.
        var found = totals.Gather(2, inverse.Flatten(2)).View(inverse.Shape);
        return (rounded * (found - found.LogSumExp([2], keepdim: true)).Exp().Unsqueeze(-1)).Sum([2]);
    }

    /// <summary>The positions of tokens by buckets, round by round, and where each is found again among all rounds: (batch, heads, rounds, tokens).</summary>
    private (Tensor Order, Tensor Inverse) Order(Tensor queries, Tensor? real)
    {
        var count = queries.Size(2);
        var hash = _options.Buckets is { } factors ? new LshBuckets(factors) : LshBuckets.For(count, Math.Max(count, _shape.Tokens), _options.Chunk);
        var buckets = hash.Of(queries.Detach(), _options.Rounds);
        // Padding has a bucket of its own, after the others.
        if (real is not null)
            buckets = buckets.MaskedFill(!real.Unsqueeze(1).Unsqueeze(1), hash.Count);
        var rounds = Functional.Arange(_options.Rounds, device: queries.Device).View([1, 1, -1, 1]);
        if (Recorder.IsListening)
            Recorder.Record(this, "buckets", buckets + rounds * (real is null ? hash.Count : hash.Count + 1));
        var order = buckets.Sort(stable: true).Indices;
        var places = Functional.Arange(count, device: queries.Device).Expand(order.Shape);
        return (order, order.Scatter(-1, order, places) + rounds * count);
    }

    /// <summary>The contexts of tokens in chunks, and the logarithm of the sum of the exponentials of their scores.</summary>
    /// <param name="queries">(batch, heads, tokens, head width).</param>
    /// <param name="values">Likewise.</param>
    /// <param name="positions">Where the tokens came from, (batch, heads, chunks, chunk), or 1 in the first two.</param>
    /// <param name="real">True where one is no padding, likewise; null when all are.</param>
    /// <param name="isCausal">Whether no token sees one that came from a later position.</param>
    /// <param name="windows">The chunks.</param>
    private (Tensor Contexts, Tensor Totals) Attend(
        Tensor queries, Tensor values, Tensor positions, Tensor? real, bool isCausal, WindowLayout windows)
    {
        var scale = 1 / Math.Sqrt(queries.Size(-1));
        var keys = queries * ((queries.Square().Mean([-1], keepdim: true) + 1e-6).Rsqrt() * scale);
        var scores = windows.Split(queries).MatMul(windows.Around(keys, 0).Transpose(-2, -1));
        Tensor Around(Tensor marks) => windows.Around(marks.Flatten(2).Unsqueeze(-1), 0).Transpose(-2, -1);

        var (own, seen) = (positions.Unsqueeze(-1), Around(positions));
        var visible = real is null ? null : Around(real);
        if (isCausal)
            visible = visible is null ? seen <= own : visible & (seen <= own);
        scores = scores.Hide(visible);
        // As published: so far down that single precision rounds totals, which shows where a token sees nothing but itself. A softmax would round less.
        scores = scores.MaskedFill(own.Eq(seen), scores.DType == DType.Float16 ? Scores.LastResort : -1e5);

        var totals = scores.LogSumExp([-1], keepdim: true);
        var contexts = Dropout.Call((scores - totals).Exp()).MatMul(windows.Around(values, 0));
        return (windows.Join(contexts, queries.Size(2)), totals.Flatten(2));
    }

    private Tensor Chunks(Tensor marks) => marks.Unflatten(2, [-1, _options.Chunk]);

    private static AttentionMask Lengthen(AttentionMask? mask, Tensor tokens, long missing)
    {
        var real = mask?.Keys ?? Functional.Ones([1, tokens.Size(1)], DType.Bool, device: tokens.Device).Expand([tokens.Size(0), -1]);
        return (mask ?? new AttentionMask()) with { Keys = real.ConstantPadNd([0, missing]), Queries = null };
    }
}
