using Anyformer.Attention;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.Lightweight;

/// <summary>What a convolution over tokens is built of.</summary>
/// <param name="Width">Width of a token.</param>
/// <param name="Heads">Heads, neighbouring channels that share a kernel.</param>
/// <param name="Kernel">Tokens under the kernel.</param>
/// <param name="Softmax">Whether the weights of a kernel sum to 1.</param>
/// <param name="WeightDropout">Probability of dropout on the weights of kernels.</param>
internal sealed record TokenConvolutionShape(int Width, int Heads, int Kernel, bool Softmax = true, double WeightDropout = 0)
{
    internal int HeadWidth { get; } = Heads > 0 && Width % Heads == 0
        ? Width / Heads
        : throw new UserException($"The width must be a multiple of the number of heads, found width {Width} and {Heads} heads.");
}

/// <summary>
/// A linear map, gated perhaps, a depth-wise convolution over tokens whose kernels are shared by the channels of a head, and a second map
/// (Wu et al., ICLR 2019, arXiv 1901.10430). Under a causal mask the kernel ends at the token, otherwise it lies around it.
/// </summary>
public abstract class TokenConvolution : TokenMixer
{
    private readonly bool _isGated;

    private protected TokenConvolution(TokenConvolutionShape shape, Linear? input, Linear? output)
    {
        (Shape, Input, Output, WeightDropout) = (shape, input, output, new Dropout(shape.WeightDropout));
        _isGated = input is not null && input.Weight.Size(0) == 2 * shape.Width;
    }

    private protected TokenConvolutionShape Shape { get; }

    private Linear? Input { get; }

    private Linear? Output { get; }

    private Dropout WeightDropout { get; }

    /// <inheritdoc/>
    protected sealed override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefusePairs("A convolution");
        var mapped = Input is null ? tokens : Input.Call(tokens);
        if (_isGated)
            mapped = mapped.Glu(-1);
        if (mask?.Keys is { } real)
            mapped = mapped * real.Unsqueeze(-1).To(mapped.DType);
        var before = mask?.IsCausal == true ? Shape.Kernel - 1 : Shape.Kernel / 2;
        var convolved = Convolve(mapped, before);
        return Output is null ? convolved : Output.Call(convolved);
    }

    /// <summary><c>[t] = sum_k w[k] x[t - before + k]</c>, with zeros around the sample.</summary>
    private protected abstract Tensor Convolve(Tensor tokens, int before);

    /// <summary>The weights of kernels, normalised over their last dimension where wanted, and dropped out.</summary>
    private protected Tensor Weights(Tensor raw) => WeightDropout.Call(Shape.Softmax ? raw.Softmax(-1) : raw);
}
