using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.Lightweight;

/// <summary>Options of <see cref="LightweightConvolution"/> and <see cref="DynamicConvolution"/>.</summary>
public sealed record TokenConvolutionOptions
{
    /// <summary>Tokens under the kernel; the paper grows it from 3 to 31 from layer to layer.</summary>
    [Description("tokens under the kernel"), Range(1, 4096)]
    public int Kernel { get; init; } = 15;

    /// <summary>Whether the first map is gated.</summary>
    [Description("the first map is gated")]
    public bool Gated { get; init; } = true;
}

/// <summary>A depth-wise convolution over tokens with one kernel a head, which sums to 1 (Wu et al., ICLR 2019, arXiv 1901.10430, section 3).</summary>
[Formula(
    "Z = glu(X W1)",
    "U[t, c] = sum_(m=0..k-1) softmax(w_g)_m Z[t - a + m, c]",
    "Y = U W2",
    Where = "Z, U: (batch, tokens, width); W1: (width, 2 · width); W2: (width, width); w: (heads, k); k: kernel; g: head of channel c; "
        + "c: channel; m: place in the kernel; a: k - 1 under a causal mask, else floor(k / 2)")]
[Claims(Growth = 1, Causal = true)]
[Method("lightweight-convolution", "Lightweight convolution", Family.LightweightBlocks, 2019, System = "architectures",
    Paper = "Wu, Fan, Baevski, Dauphin, Auli, Pay Less Attention with Lightweight and Dynamic Convolutions, ICLR 2019, arXiv 1901.10430",
    Complexity = "O(tokens · kernel)")]
public sealed class LightweightConvolution : TokenConvolution
{
    internal LightweightConvolution(TokenConvolutionShape shape, Linear? input, Linear? output, bool bias) : base(shape, input, output)
    {
        Weight = Initialization.XavierUniform(Parameter.Empty(shape.Heads, 1, shape.Kernel));
        Bias = bias ? Initialization.Constant(Parameter.Empty(shape.Width), 0) : null;
    }

    /// <summary>A convolution as a part of a host; dropout is on the weights of its kernels.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public LightweightConvolution(TokenMixerShape shape, TokenConvolutionOptions options)
        : this(
            new TokenConvolutionShape(shape.Width, shape.Heads, options.Kernel, WeightDropout: shape.Dropout),
            new Linear(shape.Width, options.Gated ? 2 * shape.Width : shape.Width), new Linear(shape.Width, shape.Width), bias: false)
    { }

    /// <summary>(heads, 1, kernel), before the softmax.</summary>
    private Parameter Weight { get; }

    private Parameter? Bias { get; }

    private protected override Tensor Convolve(Tensor tokens, int before)
    {
        var kernels = Weights(Weight).RepeatInterleave(Shape.HeadWidth, 0);
        var padded = tokens.Transpose(1, 2).ConstantPadNd([before, Shape.Kernel - 1 - before]);
        return Functional.Conv1d(padded, kernels, Bias, groups: Shape.Width).Transpose(1, 2);
    }
}
