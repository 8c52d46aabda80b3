using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.AdaptiveComputation;

/// <summary>The block of a Universal Transformer: attention without biases, and a transition that convolves over three tokens twice.</summary>
internal sealed class UniversalBlock : Module
{
    private const int Kernel = 3;

    internal UniversalBlock(UniversalEncoderOptions options)
    {
        var (width, keys, values) = (options.Width, options.KeyWidth ?? options.Width, options.ValueWidth ?? options.Width);
        if (keys % options.Heads != 0 || values % options.Heads != 0)
            throw new UserException($"The widths of keys and values must be multiples of the heads, found {keys} and {values} with {options.Heads} heads.");
        Attention = new MultiHeadAttention(
            options.Heads, new Linear(width, keys, bias: false), new Linear(width, keys, bias: false), new Linear(width, values, bias: false),
            new Linear(values, width, bias: false), new SoftmaxAttention());
        Hidden = new Conv1d(width, options.TransitionWidth, Kernel);
        Output = new Conv1d(options.TransitionWidth, width, Kernel);
        (AttentionNorm, TransitionNorm) = (new DeviationNorm(width), new DeviationNorm(width));
        Dropout = new Dropout(options.Dropout);
    }

    private MultiHeadAttention Attention { get; }

    private Conv1d Hidden { get; }

    private Conv1d Output { get; }

    private DeviationNorm AttentionNorm { get; }

    private DeviationNorm TransitionNorm { get; }

    private Dropout Dropout { get; }

    internal Tensor Call(Tensor tokens, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        var mixed = Dropout.Call(tokens + Attention.Call(AttentionNorm.Call(tokens), mask));
        return scope.Keep(Dropout.Call(mixed + Transit(TransitionNorm.Call(mixed), mask)));
    }

    /// <summary>The authors' code has the rectifier behind both convolutions. A causal transition looks back only.</summary>
    private Tensor Transit(Tensor tokens, AttentionMask? mask)
    {
        var before = mask?.IsCausal == true ? Kernel - 1 : Kernel / 2;
        Tensor Convolve(Conv1d map, Tensor channels) => map.Call(channels.ConstantPadNd([before, Kernel - 1 - before])).Relu();
        return Convolve(Output, Convolve(Hidden, tokens.Transpose(1, 2))).Transpose(1, 2);
    }

    /// <summary>Over the unbiased deviation and a little, with weights and biases.</summary>
    private sealed class DeviationNorm(long width) : NormalizationLayer
    {
        private Parameter Weight { get; } = Initialization.Constant(Parameter.Empty(width), 1);

        private Parameter Bias { get; } = Initialization.Constant(Parameter.Empty(width), 0);

        private SimpleLayerNorm Plain { get; } = new(epsilon: 1e-6);

        protected override Tensor Forward(Tensor input) => Plain.Call(input) * Weight + Bias;
    }
}
