using Anyformer.Attention;
using Anyformer.Attention.Shallow;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Shallow;

/// <summary>
/// An encoder and a decoder in which shallow networks stand for some of the attention (Bozic et al. 2023, Rethinking Attention, arXiv 2311.10642). The
/// networks learn from a trained Transformer what its attention gives, see <see cref="Tasks.Language.AttentionDistillation"/>; everything else is the
/// teacher's.
/// </summary>
/// <remarks>Built for numbers of tokens: longer texts are refused. Across, a network sees the whole of what is written so far, so training it on whole targets
/// lets it look ahead; it learns from a teacher that does not.</remarks>
[Formula(
    "attention -> U norm(leaky(V norm(r))) of all tokens as one row",
    "in the encoder: of all heads (alr) or of each (alsr), of the sublayer (alrr) or of the layer (elr); in the decoder and across: of all heads",
    Where = "r: tokens one after the other, and zeros, (tokens · width); V: (hidden, tokens · width); U: (tokens · width, hidden)")]
[Method("shallow-ff-attention", "Transformer with shallow networks for attention", Family.LanguageModels, 2023,
    Paper = "Bozic, Dordevic, Coppola, Thommes, Singh, Rethinking Attention: Exploring Shallow Feed-Forward Neural Networks as an Alternative to Attention "
        + "Layers in Transformers, AAAI 2024, arXiv 2311.10642",
    Complexity = "O(tokens · hidden), hidden a share of tokens; what the attention that is left costs")]
public sealed class ShallowTransformer : SequenceToSequenceModel
{
    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts; networks take no longer ones.</param>
    /// <param name="options">The Transformer and what is replaced in it.</param>
    /// <exception cref="UserException">Parts do not go together, or something is replaced that is not there or is so twice.</exception>
    public ShallowTransformer(TranslationShape shape, ShallowTransformerOptions options)
        : this(shape, options, side => new ShallowParts(options, shape, side)) { }

    /// <summary>A model whose stacks are made of parts of their own.</summary>
    /// <exception cref="UserException">Parts do not go together, or something is replaced that is not there or is so twice.</exception>
    internal ShallowTransformer(TranslationShape shape, ShallowTransformerOptions options, Func<StackSide, ShallowParts> parts)
    {
        Check(options);
        (Shape, Options) = (shape, options);
        Transformer = new TransformerEncoderDecoder(shape, options.Transformer, parts(StackSide.Encoder), parts(StackSide.Decoder));
    }

    /// <summary>The sizes of the texts.</summary>
    public TranslationShape Shape { get; }

    /// <summary>The Transformer and what is replaced in it.</summary>
    public ShallowTransformerOptions Options { get; }

    /// <inheritdoc/>
    public override bool ReadsOn => Transformer.ReadsOn;

    /// <summary>The stacks, with networks in them.</summary>
    internal TransformerEncoderDecoder Transformer { get; }

    /// <summary>The networks, with the place and the layer of each, the encoder's first.</summary>
    internal IEnumerable<(ShallowPlace Place, int Layer, IAttentionStudent Network)> Networks()
    {
        var (reading, writing) = (Blocks<EncoderBlock>(Transformer), Blocks<DecoderBlock>(Transformer));
        (ShallowPlace Place, int Layer, TokenMixer Mixer)[] mixers =
        [
            .. reading.Select((block, layer) => (ShallowPlace.Encoder, layer, block.Mixer)),
            .. writing.Select((block, layer) => (ShallowPlace.Decoder, layer, block.SelfAttention)),
            .. writing.Select((block, layer) => (ShallowPlace.CrossAttention, layer, (TokenMixer)block.CrossAttention)),
        ];
        foreach (var (place, layer, mixer) in mixers)
            if (mixer is IAttentionStudent network)
                yield return (place, layer, network);
    }

    /// <summary>The blocks of a stack, one after the other.</summary>
    internal static TBlock[] Blocks<TBlock>(Module model) where TBlock : Module => [.. model.Modules().Select(item => item.Module).OfType<TBlock>()];

    /// <inheritdoc/>
    protected override Tensor Read(TextInput source) => Transformer.CallEncoder(source);

    /// <inheritdoc/>
    protected override Tensor Write(TextInput target, Tensor memory, Tensor? sourceReal) => Transformer.CallDecoder(target, memory, sourceReal);

    private static void Check(ShallowTransformerOptions options)
    {
        foreach (var place in Enum.GetValues<ShallowPlace>())
        {
            var layers = options.Transformer.Of(place == ShallowPlace.Encoder ? StackSide.Encoder : StackSide.Decoder).Layers.Count;
            foreach (var replacement in options.Replacements.Where(replacement => replacement.Place == place))
                replacement.Check(layers);
            for (var layer = 0; layer < layers; layer++)
                if (options.Replacements.Count(replacement => replacement.Is(place, layer)) > 1)
                    throw new UserException($"Attention can be replaced once, found two replacements for layer {layer} of the same place.");
        }
    }
}
