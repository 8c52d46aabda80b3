using Anyformer.Attention;
using Anyformer.Attention.Windows;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.Lightweight;

/// <summary>A convolution over tokens whose kernels every token predicts for itself (Wu et al., ICLR 2019, arXiv 1901.10430, section 4).</summary>
[Formula(
    "Z = glu(X W1)",
    "U[t, c] = sum_(m=0..k-1) softmax(z_t G_g)_m Z[t - a + m, c]",
    "Y = U W2",
    Where = "Z, U: (batch, tokens, width); z: one token of Z; W1: (width, 2 · width); W2: (width, width); G: (heads, width, k); "
        + "k: kernel; g: head of channel c; c: channel; m: place in the kernel; a: k - 1 under a causal mask, else floor(k / 2)")]
[Claims(Growth = 1, Causal = true)]
[Method("dynamic-convolution", "Dynamic convolution", Family.LightweightBlocks, 2019, System = "architectures",
    Paper = "Wu, Fan, Baevski, Dauphin, Auli, Pay Less Attention with Lightweight and Dynamic Convolutions, ICLR 2019, arXiv 1901.10430",
    Complexity = "O(tokens · kernel)")]
public sealed class DynamicConvolution : TokenConvolution
{
    internal DynamicConvolution(TokenConvolutionShape shape, Linear? input, Linear? output, bool kernelBias, bool bias) : base(shape, input, output)
    {
        Kernels = new Linear(shape.Width, shape.Heads * shape.Kernel, kernelBias);
        Bias = bias ? Initialization.Constant(Parameter.Empty(shape.Width), 0) : null;
    }

    /// <summary>A convolution as a part of a host; dropout is on the weights of its kernels.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public DynamicConvolution(TokenMixerShape shape, TokenConvolutionOptions options)
        : this(
            new TokenConvolutionShape(shape.Width, shape.Heads, options.Kernel, WeightDropout: shape.Dropout),
            new Linear(shape.Width, options.Gated ? 2 * shape.Width : shape.Width), new Linear(shape.Width, shape.Width), kernelBias: false, bias: false)
    { }

    /// <summary>From a token to the kernels of all heads.</summary>
    private Linear Kernels { get; }

    private Parameter? Bias { get; }

    private protected override Tensor Convolve(Tensor tokens, int before)
    {
        var kernels = Weights(Kernels.Call(tokens).Unflatten(-1, [Shape.Heads, Shape.Kernel])).Transpose(1, 2);
        var band = new Band(before, Shape.Kernel - 1 - before);
        var convolved = Heads.Join(band.Contexts(kernels, Heads.Split(tokens, Shape.Heads)));
        return Bias is null ? convolved : convolved + Bias;
    }
}
