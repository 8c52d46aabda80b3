using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.Alternative;

/// <summary>A convolution of each channel alone, without bias, and then a map of every token, with bias: (batch, tokens, inputs) to (batch, tokens, outputs).</summary>
internal sealed class SeparableConvolution : Module
{
    private readonly int _kernel;

    internal SeparableConvolution(int inputs, int outputs, int kernel)
    {
        _kernel = kernel;
        Depthwise = new Conv1d(inputs, inputs, kernel, groups: inputs, bias: false);
        Pointwise = new Linear(inputs, outputs);
    }

    private Conv1d Depthwise { get; }

    private Linear Pointwise { get; }

    /// <summary>The convolved tokens.</summary>
    /// <param name="tokens">(batch, tokens, inputs).</param>
    /// <param name="before">Tokens of the kernel before the one it gives.</param>
    internal Tensor Call(Tensor tokens, int before) =>
        Pointwise.Call(Depthwise.Call(tokens.Transpose(1, 2).ConstantPadNd([before, _kernel - 1 - before])).Transpose(1, 2));
}

/// <summary>What both layers of the Evolved Transformer are made of.</summary>
internal static class EvolvedParts
{
    internal static LayerNorm Norm(int width) => new(width, 1e-6);

    /// <summary>Attention without biases.</summary>
    internal static MultiHeadAttention Attention(int width, int heads, double dropout)
    {
        if (heads < 1 || width % heads != 0)
            throw new UserException($"The width must be a multiple of the number of heads, found width {width} and {heads} heads.");
        Linear Map() => new(width, width, bias: false);
        return new MultiHeadAttention(heads, Map(), Map(), Map(), Map(), new SoftmaxAttention(dropout));
    }

    /// <summary>Zeros for the channels that a narrower tensor lacks.</summary>
    internal static Tensor Widen(Tensor tokens, long width) => tokens.ConstantPadNd([0, width - tokens.Size(-1)]);
}
