using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Language.EncoderDecoders;

/// <summary>Makes the parts of a stack of T5: attention without biases whose scores are not divided, and one table of positions for all layers.</summary>
internal sealed class T5Parts : EncoderDecoderParts
{
    private const string Softmax = "softmax";

    private readonly T5Options _options;

    /// <summary>The positions of all layers; null where attention or positions are not T5's.</summary>
    private readonly T5Bias? _bias;

    internal T5Parts(T5Options options, TranslationShape shape, StackSide side) : base(options, shape, side)
    {
        _options = options;
        if (options.Of(side).Attention.Kind == Softmax && options.Position is { Options: T5BiasOptions bias })
            _bias = new T5Bias(new AttentionShape(options.Heads, options.HeadWidth), bias with { Bidirectional = side == StackSide.Encoder });
    }

    /// <inheritdoc/>
    internal override NormalizationLayer? LastNorm() => base.LastNorm() is { } norm ? new DroppedNorm(norm, _options.Dropout) : null;

    /// <inheritdoc/>
    internal override VocabularyHead Head(TextEmbedding embedding) =>
        // Vectors of the embedding are as long as those of the states, so that their products grow with the width.
        new(embedding.Table, _options.TiesEmbeddings, _options.OutputBias, _options.TiesEmbeddings ? 1 / Math.Sqrt(_options.Width) : 1);

    /// <inheritdoc/>
    protected override TokenMixerShape MixerShape(int layer) => base.MixerShape(layer) with { InnerWidth = _options.Heads * _options.HeadWidth };

    /// <inheritdoc/>
    protected override TokenMixer SelfAttention(int layer) => _bias is null ? base.SelfAttention(layer) : Attention(MixerShape(layer), [_bias]);

    /// <inheritdoc/>
    protected override CrossMixer CrossAttention(int layer) =>
        _options.CrossAttention.Kind == Softmax ? Attention(MixerShape(layer), []) : base.CrossAttention(layer);

    private static MultiHeadAttention Attention(TokenMixerShape shape, ScoreModifier[] modifiers)
    {
        Linear In() => new(shape.Width, shape.Heads * shape.HeadWidth, bias: false);
        var output = new Linear(shape.Heads * shape.HeadWidth, shape.Width, bias: false);
        return new MultiHeadAttention(shape.Heads, In(), In(), In(), output, new ModifiedAttention(modifiers, shape.Dropout, scale: 1));
    }

    /// <summary>A normalisation with dropout on its output.</summary>
    private sealed class DroppedNorm(NormalizationLayer norm, double dropout) : NormalizationLayer
    {
        private NormalizationLayer Norm { get; } = norm;

        private Dropout Dropout { get; } = new(dropout);

        /// <inheritdoc/>
        protected override Tensor Forward(Tensor input) => Dropout.Call(Norm.Call(input));
    }
}
