using Anyformer.Attention.Windows;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>Convolution, feed-forward part, attention, convolution, feed-forward part, each added to what it is given.</summary>
internal sealed class EfficientViTBlock(int channels, CascadedGroupAttention attention) : TensorModule
{
    private EfficientViTMixing Before { get; } = new(channels, convolutionScale: 0);

    private CascadedGroupAttention Attention { get; } = attention;

    private EfficientViTMixing After { get; } = new(channels, convolutionScale: 0);

    protected override Tensor Forward(Tensor input)
    {
        var mixed = Before.Call(input);
        return After.Call(mixed + Attention.Call(mixed));
    }
}

/// <summary>A depthwise convolution for each channel and a feed-forward part for each place, both added to what they are given.</summary>
internal sealed class EfficientViTMixing(int channels, double convolutionScale) : TensorModule
{
    private ConvBatchNorm Convolution { get; } = new(channels, channels, 3, groups: channels, scale: convolutionScale);

    private ConvBatchNorm Hidden { get; } = new(channels, 2 * channels);

    private ConvBatchNorm Output { get; } = new(2 * channels, channels, scale: 0);

    protected override Tensor Forward(Tensor input)
    {
        var local = input + Convolution.Call(input);
        return local + Output.Call(Hidden.Call(local).Relu());
    }
}

/// <summary>Halves the sides of maps and gives them the next stage's channels.</summary>
internal sealed class EfficientViTReduction(int channels, int outputs) : TensorModule
{
    private EfficientViTMixing Before { get; } = new(channels, convolutionScale: 1);

    private ConvBatchNorm Expansion { get; } = new(channels, 4 * channels);

    private ConvBatchNorm Convolution { get; } = new(4 * channels, 4 * channels, 3, stride: 2, groups: 4 * channels);

    private ChannelGate Gate { get; } = new(4 * channels, Math.Max(8, (channels + 4) / 8 * 8));

    private ConvBatchNorm Projection { get; } = new(4 * channels, outputs);

    private EfficientViTMixing After { get; } = new(outputs, convolutionScale: 1);

    protected override Tensor Forward(Tensor input)
    {
        var hidden = Convolution.Call(Expansion.Call(Before.Call(input)).Relu()).Relu();
        return After.Call(Projection.Call(Gate.Call(hidden)));
    }

    /// <summary>A factor from 0 to 1 for each channel, made of the means of all (squeeze and excitation, Hu et al. 2018, arXiv 1709.01507).</summary>
    private sealed class ChannelGate(int channels, int hidden) : TensorModule
    {
        private Conv2d Squeeze { get; } = new(channels, hidden, 1);

        private Conv2d Excitation { get; } = new(hidden, channels, 1);

        protected override Tensor Forward(Tensor input) =>
            input * Excitation.Call(Squeeze.Call(input.Mean([2, 3], keepdim: true)).Relu()).Sigmoid();
    }
}
