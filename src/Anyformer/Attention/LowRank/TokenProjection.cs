using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LowRank;

/// <summary>
/// Learned sums of all keys, and of all values, in place of themselves: <c>E^T K</c> and <c>F^T V</c> (Wang et al. 2020, arXiv 2006.04768,
/// section 4). Of fewer tokens than it is built for it takes the first rows. Padding takes no part in the sums.
/// </summary>
public sealed class TokenProjection : KeyValueReducer
{
    /// <summary>Sums of up to a number of tokens.</summary>
    /// <param name="tokens">Most tokens of a sample.</param>
    /// <param name="rank">How many sums there are of them.</param>
    /// <param name="shared">Whether keys and values are summed in one way.</param>
    public TokenProjection(long tokens, long rank, bool shared)
    {
        Keys = Initialization.InverseFanIn(Parameter.Empty(tokens, rank), rank);
        Values = shared ? null : Initialization.InverseFanIn(Parameter.Empty(tokens, rank), rank);
    }

    /// <summary>What keys are multiplied by, and values too unless they have their own: (tokens, rank).</summary>
    private Parameter Keys { get; }

    private Parameter? Values { get; }

    /// <inheritdoc/>
    protected override (Tensor Keys, Tensor Values, AttentionMask? Mask) Reduce(Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefuseCausal("Linformer");
        mask?.RefusePairs("Linformer");
        var sharesTokens = ReferenceEquals(keys, values);
        if (mask?.KeyRows is { } real)
        {
            keys = keys.MaskedFill(!real, 0);
            values = sharesTokens ? keys : values.MaskedFill(!real, 0);
        }

        var fewerKeys = Sums(Keys, keys);
        return (fewerKeys, sharesTokens && Values is null ? fewerKeys : Sums(Values ?? Keys, values), null);
    }

    private static Tensor Sums(Parameter projection, Tensor tokens)
    {
        if (tokens.Size(2) > projection.Size(0))
            throw new UserException($"Linformer was built for up to {projection.Size(0)} tokens, found {tokens.Size(2)}.");
        return projection.Narrow(0, 0, tokens.Size(2)).Transpose(0, 1).MatMul(tokens);
    }
}
