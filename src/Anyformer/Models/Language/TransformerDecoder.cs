using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>A decoder alone: embedded tokens, layers under a causal mask, and scores of what comes next. Every part is an option.</summary>
[Formula(
    "X_0 = √D E[ids] + P, causal layers of attention and feed-forward, each in its wiring",
    "scores = norm(X_L) Eᵀ, or by another map",
    Where = "E: embedding, (vocabulary, width); P: positions, where they are added to tokens, (tokens, width)")]
[Method("decoder", "Transformer decoder", Family.LanguageModels, 2018,
    Paper = "Radford, Narasimhan, Salimans, Sutskever, Improving Language Understanding by Generative Pre-Training, 2018; parts: A Survey of Transformers, arXiv 2106.04554",
    Complexity = "O(what the attention mechanism costs)")]
public sealed class TransformerDecoder : LanguageModel
{
    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The parts and the sizes inside.</param>
    /// <exception cref="UserException">Parts do not go together, or not with the sizes.</exception>
    public TransformerDecoder(LanguageShape shape, TransformerOptions options)
    {
        var parts = new TransformerParts(options, shape.Tokens, StackSide.Alone);
        Embedding = new TextEmbedding(shape, options.Width, parts.TokenPositions, options.Dropout);
        Layers = parts.Encoder();
        Norm = parts.LastNorm();
        Head = new VocabularyHead(Embedding.Table, options.TiesEmbeddings);
    }

    /// <inheritdoc/>
    public override bool ReadsOn => TransformerParts.ReadOn(Layers, Embedding);

    private TextEmbedding Embedding { get; }

    private LayerStack<EncoderBlock> Layers { get; }

    private NormalizationLayer? Norm { get; }

    private VocabularyHead Head { get; }

    /// <inheritdoc/>
    protected override Tensor Encode(TextInput text)
    {
        text.RefuseTypes(nameof(TransformerDecoder));
        using var context = new TokenContext(text.Tokens, text.Real);
        var mask = AttentionMask.Causal with { Keys = text.Real, Queries = text.Real };
        var states = Layers.Call(Embedding.Call(text.Tokens), (block, current) => block.Call(current, mask));
        return Norm is null ? states : Norm.Call(states);
    }

    /// <inheritdoc/>
    protected override Tensor Score(Tensor states) => Head.Call(states);
}
