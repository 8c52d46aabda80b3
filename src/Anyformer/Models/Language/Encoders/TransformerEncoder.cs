using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Inspection;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Encoders;

/// <summary>
/// An encoder alone, whose tokens see each other in both directions, and scores of what stands at each place. Every part is an option. Records
/// <c>states</c>, (batch, tokens, width), before the first layer and behind each.
/// </summary>
[Formula(
    "X_0 = √D E[ids] + P + T, layers of attention and feed-forward, each in its wiring",
    "scores = norm(X_L) Eᵀ, or by another map",
    Where = "E: embedding, (vocabulary, width); P: positions, where they are added to tokens, (tokens, width); T: types of tokens, where there are any, (types, width)")]
[Method("encoder", "Transformer encoder", Family.LanguageModels, 2018, System = "bert",
    Paper = "Devlin, Chang, Lee, Toutanova, BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding, NAACL 2019, arXiv 1810.04805; "
        + "parts: A Survey of Transformers, arXiv 2106.04554",
    Complexity = "O(what the attention mechanism costs)")]
public sealed class TransformerEncoder : MaskedLanguageModel
{
    private readonly IReadOnlyDictionary<EncoderBlock, int> _layers;
    private readonly bool _countsTokens;

    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The parts and the sizes inside.</param>
    /// <exception cref="UserException">Parts do not go together, or not with the sizes.</exception>
    public TransformerEncoder(LanguageShape shape, EncoderOptions options)
    {
        var parts = new TransformerParts(options, shape.Tokens, StackSide.Alone);
        Embedding = new EncoderEmbedding(shape, options, parts);
        Layers = parts.Encoder();
        Norm = parts.LastNorm();
        Head = new MaskedHead(options, parts, Embedding.Text);
        TakesPositions = parts.TakesPositions;
        TakesTypes = options.Types > 1;
        _countsTokens = parts.CountsTokens;
        _layers = Layers.Modules().Select(item => item.Module).OfType<EncoderBlock>().Index().ToDictionary(item => item.Item, item => item.Index);
    }

    /// <inheritdoc/>
    public override bool TakesPositions { get; }

    /// <inheritdoc/>
    public override bool TakesTypes { get; }

    /// <inheritdoc/>
    public override bool TakesDocuments => true;

    private EncoderEmbedding Embedding { get; }

    private LayerStack<EncoderBlock> Layers { get; }

    private NormalizationLayer? Norm { get; }

    private MaskedHead Head { get; }

    /// <summary>The vectors of the tokens behind the last layer, as they go into the scores, (batch, tokens, width).</summary>
    /// <param name="text">The texts.</param>
    /// <param name="masks">What is left out beside padding.</param>
    /// <exception cref="UserException">The text is longer than the model was built for, or the model or a mechanism of it cannot take it or the masks.</exception>
    public Tensor CallStates(TextInput text, EncoderMasks masks)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Encode(text, masks));
    }

    /// <inheritdoc/>
    protected override Tensor Encode(TextInput text) => Encode(text, new EncoderMasks());

    /// <inheritdoc/>
    protected override Tensor Score(Tensor states) => Head.Call(states);

    private Tensor Encode(TextInput text, EncoderMasks masks)
    {
        if (!TakesPositions)
            text.RefusePositions(nameof(TransformerEncoder));
        if (masks.Heads is { } heads && heads.Size(0) != _layers.Count)
            throw new UserException($"A head mask must have a row for each layer, found {heads.Size(0)} for {_layers.Count} layers.");
        if (text.Prefix is not null)
            throw new UserException("The tokens of an encoder see each other anyway, so it takes no prefix.");
        if (_countsTokens)
            text.RefuseDocuments();
        using var context = new TokenContext(text.Tokens, text.Real, text.Positions);
        var pairs = masks.Pairs is { } given && text.SameDocument is { } same ? given.LogicalAnd(same) : masks.Pairs ?? text.SameDocument;
        var mask = text.Real is null && pairs is null ? null : new AttentionMask { Keys = text.Real, Queries = text.Real, Pairs = pairs?.Unsqueeze(1) };
        var embedded = Embedding.Call(text);
        Recorder.Record(this, "states", embedded);
        var states = Layers.Call(embedded, (block, current) => Run(block, current, mask, masks.Heads));
        return Norm is null ? states : Norm.Call(states);
    }

    private Tensor Run(EncoderBlock block, Tensor tokens, AttentionMask? mask, Tensor? heads)
    {
        var states = heads is null ? block.Call(tokens, mask) : HeadMask.Run(heads.Select(0, _layers[block]), () => block.Call(tokens, mask));
        Recorder.Record(this, "states", states);
        return states;
    }
}
