using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Vision.Pyramids;

/// <summary>
/// A feed-forward part whose hidden units see the places around theirs by a depthwise convolution, which tells where they are (Wang et al.
/// 2022, PVTv2, arXiv 2106.13797, section 3.2): (batch, height, width, channels) to the same.
/// </summary>
internal sealed class ConvFeedForward : TensorModule
{
    private readonly bool _rectifies;

    /// <param name="width">Channels.</param>
    /// <param name="hiddenWidth">Hidden units.</param>
    /// <param name="rectifies">Whether hidden units are rectified before the convolution, as in the linear form of PVTv2.</param>
    /// <param name="dropout">Probability of dropout on hidden units.</param>
    internal ConvFeedForward(long width, long hiddenWidth, bool rectifies = false, double dropout = 0)
    {
        _rectifies = rectifies;
        Hidden = new Linear(width, hiddenWidth);
        Convolution = new Conv2d(hiddenWidth, hiddenWidth, 3, padding: 1, groups: hiddenWidth);
        Output = new Linear(hiddenWidth, width);
        Dropout = new Dropout(dropout);
    }

    private Linear Hidden { get; }

    internal Conv2d Convolution { get; }

    private Linear Output { get; }

    private Dropout Dropout { get; }

    protected override Tensor Forward(Tensor input)
    {
        var hidden = Hidden.Call(input);
        var convolved = Convolution.Call((_rectifies ? hidden.Relu() : hidden).MoveDim(-1, 1)).MoveDim(1, -1);
        return Output.Call(Dropout.Call(convolved.Gelu()));
    }
}
