using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Inspection;
using Anyformer.Models.Language.EncoderDecoders;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>
/// An encoder that reads a text, and a decoder that attends to it while it writes another (Vaswani et al. 2017, arXiv 1706.03762). Every part is an
/// option, of the two stacks alike or of each.
/// </summary>
[Formula(
    "Z = norm(encoder(√D E[source] + P))",
    "X_0 = √D T[target] + P, causal layers of attention, attention to Z and feed-forward",
    "scores = norm(X_L) Tᵀ, or by another map",
    Where = "E, T: embeddings, (vocabulary, width); P: positions, where they are added to tokens, (tokens, width); "
        + "Z: (batch, source tokens, width)")]
[Method("encoder-decoder", "Transformer encoder and decoder", Family.LanguageModels, 2017,
    Paper = "Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin, Attention Is All You Need, NeurIPS 2017, arXiv 1706.03762",
    Complexity = "O(what the attention mechanism costs + source tokens · target tokens)")]
public sealed class TransformerEncoderDecoder : SequenceToSequenceModel
{
    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The parts and the sizes inside.</param>
    /// <exception cref="UserException">Parts do not go together, or not with the sizes.</exception>
    public TransformerEncoderDecoder(TranslationShape shape, EncoderDecoderOptions options)
        : this(shape, options, new EncoderDecoderParts(options, shape, StackSide.Encoder), new EncoderDecoderParts(options, shape, StackSide.Decoder)) { }

    /// <summary>A model whose stacks are made of parts of their own.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The parts and the sizes inside.</param>
    /// <param name="reading">The parts of the encoder.</param>
    /// <param name="writing">The parts of the decoder.</param>
    /// <exception cref="UserException">Parts do not go together, or not with the sizes.</exception>
    internal TransformerEncoderDecoder(TranslationShape shape, EncoderDecoderOptions options, EncoderDecoderParts reading, EncoderDecoderParts writing)
    {
        if (options.SharesEmbeddings && shape.Source.Vocabulary != shape.Target.Vocabulary)
            throw new UserException("Texts that share an embedding need one vocabulary, found "
                + $"{shape.Source.Vocabulary} tokens of the source and {shape.Target.Vocabulary} of the target.");
        SourceEmbedding = reading.Embedding(shape.Source);
        TargetEmbedding = writing.Embedding(shape.Target, options.SharesEmbeddings ? SourceEmbedding.Table : null);
        (Encoder, EncoderNorm) = (reading.Encoder(), reading.LastNorm());
        (Decoder, DecoderNorm) = (writing.Decoder(), writing.LastNorm());
        Head = writing.Head(TargetEmbedding);
    }

    /// <inheritdoc/>
    public override bool ReadsOn => TransformerParts.ReadOn(Decoder, TargetEmbedding);

    private TextEmbedding SourceEmbedding { get; }

    private TextEmbedding TargetEmbedding { get; }

    private LayerStack<EncoderBlock> Encoder { get; }

    private NormalizationLayer? EncoderNorm { get; }

    private LayerStack<DecoderBlock> Decoder { get; }

    private NormalizationLayer? DecoderNorm { get; }

    private VocabularyHead Head { get; }

    /// <inheritdoc/>
    protected override Tensor Read(TextInput source)
    {
        source.RefuseTypesAndPositions(nameof(TransformerEncoderDecoder));
        using var context = new TokenContext(source.Tokens, source.Real);
        var mask = source.Real is null ? null : AttentionMask.OfTokens(source.Real);
        var states = Encoder.Call(Recorded("encoder-states", SourceEmbedding.Call(source.Tokens)),
            (block, current) => Recorded("encoder-states", block.Call(current, mask)));
        return EncoderNorm is null ? states : EncoderNorm.Call(states);
    }

    /// <inheritdoc/>
    protected override Tensor Write(TextInput target, Tensor memory, Tensor? sourceReal)
    {
        target.RefuseTypesAndPositions(nameof(TransformerEncoderDecoder));
        using var context = new TokenContext(target.Tokens, target.Real);
        var mask = AttentionMask.Causal with { Keys = target.Real, Queries = target.Real };
        var memoryMask = sourceReal is null ? null : AttentionMask.OfKeys(sourceReal);
        var states = Decoder.Call(Recorded("decoder-states", TargetEmbedding.Call(target.Tokens)),
            (block, current) => Recorded("decoder-states", block.Call(current, memory, mask, memoryMask)));
        return Head.Call(DecoderNorm is null ? states : Recorded("decoder-output", DecoderNorm.Call(states)));
    }

    private Tensor Recorded(string name, Tensor states)
    {
        Recorder.Record(this, name, states);
        return states;
    }
}
