using Anyformer.Torch;

namespace Anyformer.FeedForward;

/// <summary>
/// What a host knows of the tokens beside their vectors, for parts that need it: hash layers choose by the id of a token, mixtures of
/// experts give padding no place, and positions are where the caller says. A host opens one around its blocks; it holds for its thread, and for tensors of just these tokens.
/// </summary>
/// <remarks>
/// Reversible blocks compute their forward pass again in the backward pass, after it is closed, unless the host keeps it open; those under
/// <see cref="Blocks.Recomputation"/> open it again.
/// </remarks>
public sealed class TokenContext : IDisposable
{
    [ThreadStatic] private static TokenContext? t_current;

    private readonly TokenContext? _outer = t_current;
    private readonly Tensor? _ids;
    private readonly Tensor? _real;
    private readonly Tensor? _positions;

    /// <summary>Makes tokens known until disposed.</summary>
    /// <param name="ids">(batch, tokens), integers: the numbers of the tokens in their vocabulary; null when they have none.</param>
    /// <param name="real">(batch, tokens), false where a token is padding; null when none is.</param>
    /// <param name="positions">(batch, tokens), integers: where each token stands; null for 0, 1, 2 ...</param>
    public TokenContext(Tensor? ids = null, Tensor? real = null, Tensor? positions = null)
    {
        (_ids, _real, _positions) = (ids, real, positions);
        t_current = this;
    }

    /// <summary>What is known: ids, which tokens are real, and positions; null when nothing is open.</summary>
    internal static Tensor?[]? Tensors => t_current is { } current ? [current._ids, current._real, current._positions] : null;

    /// <summary>The ids of tokens (..., width), flat; null when nobody knows them.</summary>
    internal static Tensor? IdsOf(Tensor tokens) => Fitting(t_current?._ids, tokens)?.Flatten();

    /// <summary>False where tokens (..., width) are padding, flat; null when nobody knows of any.</summary>
    internal static Tensor? RealOf(Tensor tokens) => Fitting(t_current?._real, tokens)?.Flatten();

    /// <summary>Where the tokens of a batch stand, (batch, tokens); null when they stand in a row from the first.</summary>
    /// <exception cref="UserException">They are known of other tokens.</exception>
    internal static Tensor? PositionsOf(long batch, long tokens) => t_current?._positions is not { } known ? null
        : known.Size(0) == batch && known.Size(1) == tokens ? known
        : throw new UserException(
            $"Positions must be given for every token, found some for {known.Size(0)} texts of {known.Size(1)} tokens, expected {batch} of {tokens}.");

    /// <summary>Forgets them.</summary>
    public void Dispose() => t_current = _outer;

    private static Tensor? Fitting(Tensor? known, Tensor tokens) =>
        known is not null && known.Shape.AsSpan().SequenceEqual(tokens.Shape.AsSpan()[..^1]) ? known : null;
}
