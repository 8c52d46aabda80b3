using Anyformer.Attention.Decoding;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>Lets a function that wants keys and values of one width attend with others: zeros fill up what is narrower.</summary>
internal sealed class EvenWidths : AttentionFunction
{
    private readonly long _width;

    /// <param name="function">What attends, dividing scores by the root of the width.</param>
    /// <param name="width">The width that it was built for.</param>
    internal EvenWidths(AttentionFunction function, int width) => (Function, _width) = (function, width);

    private AttentionFunction Function { get; }

    /// <inheritdoc/>
    public override bool ReadsOn => Function.ReadsOn;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        // More elements must not make scores smaller.
        var asking = Filled(queries * Math.Sqrt((double)_width / queries.Size(3)));
        return Function.Call(asking, Filled(keys), Filled(values), mask).Narrow(3, 0, values.Size(3));
    }

    /// <summary>The function inside remembers.</summary>
    private protected override Tensor ReadOn(DecodingState state, Tensor queries, Tensor keys, Tensor values, AttentionMask mask) =>
        Attend(queries, keys, values, mask);

    private Tensor Filled(Tensor heads) => heads.Size(3) == _width ? heads : heads.ConstantPadNd([0, _width - heads.Size(3)]);
}
