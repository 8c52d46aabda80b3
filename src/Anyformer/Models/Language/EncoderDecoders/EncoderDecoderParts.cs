using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;

namespace Anyformer.Models.Language.EncoderDecoders;

/// <summary>Makes the parts of the encoder or of the decoder of a model from texts to texts as its options say.</summary>
/// <param name="options">What they are, of both.</param>
/// <param name="shape">The sizes of the texts.</param>
/// <param name="side">Which of the two it makes.</param>
internal class EncoderDecoderParts(EncoderDecoderOptions options, TranslationShape shape, StackSide side)
    : TransformerParts(options.Of(side), side == StackSide.Encoder ? shape.Source.Tokens : shape.Target.Tokens, side)
{
    /// <summary>The sizes of the texts.</summary>
    protected TranslationShape Shape => shape;

    /// <inheritdoc/>
    protected override int OtherLayers => options.Of(Side == StackSide.Encoder ? StackSide.Decoder : StackSide.Encoder).Layers.Count;

    /// <summary>A stack of layers of self-attention and attention to an encoder.</summary>
    internal LayerStack<DecoderBlock> Decoder() => Stack(layer => new DecoderBlock(
        Wired(SelfAttention(layer), out var mixing), mixing, Wired(CrossAttention(layer), out var crossing), crossing,
        Wired(FeedForward(), out var feeding), feeding));

    /// <summary>What lets the decoder see what the encoder read.</summary>
    /// <param name="layer">The number of the layer, from 0.</param>
    protected virtual CrossMixer CrossAttention(int layer) =>
        options.CrossAttention.Build(MixerShape(layer) with { ContextTokens = shape.Source.Tokens });
}
