using Anyformer.Attention.Decoding;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>The first heads attend in one way, the others in another.</summary>
public sealed class SplitHeadsAttention : AttentionFunction
{
    private readonly long _heads;

    /// <summary>Two functions for the heads of one layer.</summary>
    /// <param name="first">What the first heads do.</param>
    /// <param name="heads">How many the first are.</param>
    /// <param name="rest">What the other heads do.</param>
    public SplitHeadsAttention(AttentionFunction first, int heads, AttentionFunction rest) => (First, _heads, Rest) = (first, heads, rest);

    private AttentionFunction First { get; }

    private AttentionFunction Rest { get; }

    /// <inheritdoc/>
    public override bool ReadsOn => First.ReadsOn && Rest.ReadsOn;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        if (_heads < 1 || _heads >= queries.Size(1))
            throw new UserException($"The first heads must be some and not all of {queries.Size(1)}, found {_heads}.");
        Tensor Of(Tensor heads) => heads.Narrow(1, 0, _heads);
        Tensor After(Tensor heads) => heads.Narrow(1, _heads, heads.Size(1) - _heads);
        return Functional.Cat([First.Call(Of(queries), Of(keys), Of(values), mask), Rest.Call(After(queries), After(keys), After(values), mask)], 1);
    }

    /// <summary>The functions inside remember.</summary>
    private protected override Tensor ReadOn(DecodingState state, Tensor queries, Tensor keys, Tensor values, AttentionMask mask) =>
        Attend(queries, keys, values, mask);
}
