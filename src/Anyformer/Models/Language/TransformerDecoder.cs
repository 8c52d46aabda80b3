using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Inspection;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>
/// A decoder alone: embedded tokens, layers under a causal mask, and scores of what comes next. Every part is an option. Records <c>states</c>,
/// (batch, tokens, width), before the first layer and behind each.
/// </summary>
[Formula(
    "X_0 = √D E[ids] + P, causal layers of attention and feed-forward, each in its wiring",
    "scores = norm(X_L) Eᵀ, or by another map",
    Where = "E: embedding, (vocabulary, width); P: positions, where they are added to tokens, (tokens, width)")]
[Method("decoder", "Transformer decoder", Family.LanguageModels, 2018,
    Paper = "Radford, Narasimhan, Salimans, Sutskever, Improving Language Understanding by Generative Pre-Training, 2018; parts: A Survey of Transformers, arXiv 2106.04554",
    Complexity = "O(what the attention mechanism costs)")]
public sealed class TransformerDecoder : LanguageModel
{
    private readonly bool _countsTokens;

    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The parts and the sizes inside.</param>
    /// <exception cref="UserException">Parts do not go together, or not with the sizes.</exception>
    public TransformerDecoder(LanguageShape shape, TransformerOptions options)
    {
        var parts = new TransformerParts(options, shape.Tokens, StackSide.Alone);
        Embedding = parts.Embedding(shape);
        Layers = parts.Encoder();
        Norm = parts.LastNorm();
        TakesPositions = parts.TakesPositions;
        _countsTokens = parts.CountsTokens;
        Head = parts.Head(Embedding);
    }

    /// <inheritdoc/>
    public override bool ReadsOn => TransformerParts.ReadOn(Layers, Embedding);

    /// <inheritdoc/>
    public override bool TakesPositions { get; }

    /// <inheritdoc/>
    public override bool TakesDocuments => true;

    private TextEmbedding Embedding { get; }

    private LayerStack<EncoderBlock> Layers { get; }

    private NormalizationLayer? Norm { get; }

    private VocabularyHead Head { get; }

    /// <inheritdoc/>
    protected override Tensor Encode(TextInput text)
    {
        text.RefuseTypes(nameof(TransformerDecoder));
        if (!TakesPositions)
            text.RefusePositions(nameof(TransformerDecoder));
        if (_countsTokens)
            text.RefuseDocuments();
        using var context = new TokenContext(text.Tokens, text.Real, text.Positions);
        var mask = text.CausalMask();
        var embedded = Embedding.Call(text.Tokens);
        Recorder.Record(this, "states", embedded);
        var states = Layers.Call(embedded, (block, current) => Recorded(block.Call(current, mask)));
        return Norm is null ? states : Norm.Call(states);
    }

    private Tensor Recorded(Tensor states)
    {
        Recorder.Record(this, "states", states);
        return states;
    }

    /// <inheritdoc/>
    protected override Tensor Score(Tensor states) => Head.Call(states);
}
