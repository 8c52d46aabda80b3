using Anyformer.Attention;
using Anyformer.Attention.Axes;
using Anyformer.Blocks;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>Four branches of <see cref="AxialImageTransformer"/>: attention along the height and along the width, and two of convolutions.</summary>
internal sealed class AxialImageBlock : Module
{
    internal AxialImageBlock(AxialImageTransformerOptions options)
    {
        HeightAttention = new AxisBranch(options, axis: 1);
        WidthAttention = new AxisBranch(options, axis: 2);
        FirstConvolutions = new ConvolutionBranch(options.Width);
        SecondConvolutions = new ConvolutionBranch(options.Width);
    }

    private AxisBranch HeightAttention { get; }

    private AxisBranch WidthAttention { get; }

    private ConvolutionBranch FirstConvolutions { get; }

    private ConvolutionBranch SecondConvolutions { get; }

    internal IEnumerable<ReversibleBranch> Branches() =>
        ((TensorModule[])[HeightAttention, WidthAttention, FirstConvolutions, SecondConvolutions])
        .Select(branch => new ReversibleBranch(branch.Call, [.. branch.Parameters()]));

    /// <summary>Normalised tokens that see those along an axis.</summary>
    private sealed class AxisBranch : TensorModule
    {
        private readonly int _axis;

        internal AxisBranch(AxialImageTransformerOptions options, int axis)
        {
            _axis = axis;
            Norm = new LayerNorm(options.Width);
            var shape = new TokenMixerShape(0, options.Width, options.Heads, InnerWidth: options.HeadWidth * options.Heads);
            Attention = new MultiHeadAttention(shape, new LateScaledAttention(dropout: 0), inputBias: false);
        }

        private LayerNorm Norm { get; }

        private MultiHeadAttention Attention { get; }

        protected override Tensor Forward(Tensor input)
        {
            var grid = Norm.Call(input.MoveDim(1, -1));
            return AlongAxis.Mix(grid, _axis, x => Attention.Call(x)).MoveDim(-1, 1);
        }
    }

    /// <summary>Normalised channels, and two convolutions with four times as many between them.</summary>
    private sealed class ConvolutionBranch(long width) : TensorModule
    {
        private ChannelNorm Norm { get; } = new(width);

        private Conv2d Hidden { get; } = new(width, 4 * width, 3, padding: 1);

        private Conv2d Output { get; } = new(4 * width, width, 3, padding: 1);

        protected override Tensor Forward(Tensor input) => Output.Call(Hidden.Call(Norm.Call(input)).LeakyRelu());
    }

    /// <summary>Standardises the channels of each place; unlike other norms this one adds ε to the deviation and not to the variance.</summary>
    private sealed class ChannelNorm(long width) : TensorModule
    {
        private const double Epsilon = 1e-5;

        /// <summary>(1, channels, 1, 1).</summary>
        private Parameter Weight { get; } = Initialization.Constant(Parameter.Empty(1, width, 1, 1), 1);

        /// <summary>(1, channels, 1, 1).</summary>
        private Parameter Bias { get; } = Initialization.Constant(Parameter.Empty(1, width, 1, 1), 0);

        protected override Tensor Forward(Tensor input)
        {
            var deviation = input.Var([1], correction: 0, keepdim: true).Sqrt();
            return (input - input.Mean([1], keepdim: true)) / (deviation + Epsilon) * Weight + Bias;
        }
    }
}
