using Anyformer.Attention;
using Anyformer.Attention.Shallow;
using Anyformer.Blocks;
using Anyformer.Models.Language.EncoderDecoders;

namespace Anyformer.Models.Language.Shallow;

/// <summary>Makes the parts of a stack in which shallow networks stand for some of the attention.</summary>
internal class ShallowParts(ShallowTransformerOptions options, TranslationShape shape, StackSide side)
    : EncoderDecoderParts(options.Transformer, shape, side)
{
    /// <inheritdoc/>
    protected override EncoderBlock EncoderLayer(int layer) => Find(ShallowPlace.Encoder, layer) switch
    {
        { Approach: ShallowApproach.Sublayer } found => new EncoderBlock(
            new SentenceNetwork(MixerShape(layer), found.Size), new Replacement(), Wired(FeedForward(), out var feeding), feeding),
        { Approach: ShallowApproach.Layer } found => new EncoderBlock(
            new SentenceNetwork(MixerShape(layer), found.Size), new Replacement(), new NoFeedForward(), new Replacement()),
        _ => base.EncoderLayer(layer),
    };

    /// <inheritdoc/>
    protected override TokenMixer SelfAttention(int layer) => Find(Side == StackSide.Encoder ? ShallowPlace.Encoder : ShallowPlace.Decoder, layer) switch
    {
        null => base.SelfAttention(layer),
        { Place: ShallowPlace.Decoder } found => new CausalShallowAttention(MixerShape(layer), Sized(found)),
        { Approach: ShallowApproach.Heads } found => new ShallowHeadAttention(MixerShape(layer), Sized(found)),
        var found => new ShallowAttention(MixerShape(layer), Sized(found)),
    };

    /// <inheritdoc/>
    protected override CrossMixer CrossAttention(int layer) => Find(ShallowPlace.CrossAttention, layer) is { } found
        ? new ShallowCrossAttention(MixerShape(layer) with { ContextTokens = Shape.Source.Tokens }, Sized(found))
        : base.CrossAttention(layer);

    private ShallowReplacement? Find(ShallowPlace place, int layer) => options.Replacements.SingleOrDefault(replacement => replacement.Is(place, layer));

    private static ShallowAttentionOptions Sized(ShallowReplacement replacement) => new() { Size = replacement.Size };
}
