using Anyformer.Attention;
using Anyformer.Attention.Decoding;
using Anyformer.Blocks.Simplified;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>
/// GPT-2 with the simplified blocks of He and Hofmann (ICLR 2024, arXiv 2311.01906): no skip connection beside the attention, no maps to values and of the
/// joined heads, and, side by side, no skip connection and no normalisation at all; or with the blocks that they are compared with. Records <c>states</c>,
/// (batch, tokens, width), behind each block.
/// </summary>
[Formula(
    "one after the other: U = g shaped(norm(X)), X <- b mlp(norm(U)) + c U",
    "side by side: Z = norm(X), X <- b mlp(Z) + g shaped(Z)",
    "shaped = (α A + β I - γ C) X of each head, with W_v in the first block alone",
    "scores = norm(X_L) Eᵀ",
    Where = "g, b, c: learned, one number each; U, Z: (batch, tokens, width); α, β, γ: learned, one of each head; I, C: identity and uniform attention, (tokens, tokens);"
        + " E: embedding, (vocabulary, width)")]
[Method("simplified-blocks", "Simplified Transformer blocks (SAS, SAS-P)", Family.LanguageModels, 2023,
    Paper = "He, Hofmann, Simplifying Transformer Blocks, ICLR 2024, arXiv 2311.01906", Complexity = "O(tokens²)", Aliases = ["sas"])]
public sealed class SimplifiedTransformer : LanguageModel
{
    private const double Deviation = 0.02;

    private readonly SimplifiedOptions _options;
    private readonly int _tokens;

    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The blocks.</param>
    /// <exception cref="UserException">The width is no multiple of the heads, or there is no such activation.</exception>
    public SimplifiedTransformer(LanguageShape shape, SimplifiedOptions options)
    {
        (_options, _tokens) = (options, shape.Tokens);
        Embedding = new Embedding(shape.Vocabulary, options.Width);
        Positions = new Embedding(shape.Tokens, options.Width);
        _ = Initialization.Normal(Embedding.Weight, 0, Deviation);
        _ = Initialization.Normal(Positions.Weight, 0, Deviation);
        Blocks = ModuleList<SimplifiedBlock>.Of(options.Layers, Block);
        Norm = new LayerNorm(options.Width, options.NormEpsilon);
        Head = new VocabularyHead(Embedding, tied: true);
    }

    /// <inheritdoc/>
    public override bool ReadsOn => true;

    private Embedding Embedding { get; }

    private Embedding Positions { get; }

    private ModuleList<SimplifiedBlock> Blocks { get; }

    private LayerNorm Norm { get; }

    private VocabularyHead Head { get; }

    /// <inheritdoc/>
    protected override Tensor Encode(TextInput text)
    {
        text.RefuseTypesAndPositions(nameof(SimplifiedTransformer));
        var (first, count) = (DecodingState.Position, text.Tokens.Size(1));
        if (first + count > _tokens)
            throw new UserException($"The model was built for texts of {_tokens} tokens, found {first + count}.");
        var states = Embedding.Call(text.Tokens) + Positions.Call(TokenPositions.Range(first, count, text.Tokens.Device));
        var mask = AttentionMask.Causal with { Keys = text.Real, Queries = text.Real };
        foreach (var block in Blocks)
        {
            states = block.Call(states, mask);
            Recorder.Record(this, "states", states);
        }

        return Norm.Call(states);
    }

    /// <inheritdoc/>
    protected override Tensor Score(Tensor states) => Head.Call(states);

    private SimplifiedBlock Block(int layer)
    {
        var mixer = new SimplifiedAttention(new TokenMixerShape(_tokens, _options.Width, _options.Heads), AttentionOptions(layer));
        var feedForward = FeedForward();
        var mixing = new BranchGains(_options.AttentionGain, _options.AttentionSkip, _options.LearnsAttentionGains);
        var feeding = new BranchGains(_options.FeedForwardGain, _options.FeedForwardSkip, _options.LearnsFeedForwardGains);
        var post = _options.Placement == NormPlacement.Post;
        return _options.Parallel
            ? new ParallelBlock(mixer, mixing.OfBranch(), feedForward, feeding, FirstNorm(layer), post)
            : new SequentialBlock(mixer, new ScaledSkip(FirstNorm(layer), mixing, post), feedForward, new ScaledSkip(BlockNorm(), feeding, post));
    }

    private SimplifiedAttentionOptions AttentionOptions(int layer)
    {
        var options = _options.Attention;
        if (layer == 0 && _options.FirstValueGain is { } first)
            options = options with { Values = options.Values with { Matrix = first } };
        if (layer == _options.Layers - 1 && _options.LastOutputGain is { } last)
            options = options with { Output = options.Output with { Matrix = last } };
        return options;
    }

    private PositionwiseFeedForward FeedForward()
    {
        var activation = _options.Activation == "leaky-relu" ? Activations.LeakyRelu(_options.NegativeSlope) : Activations.Named(_options.Activation);
        var feedForward = new PositionwiseFeedForward(_options.Width, _options.FeedForwardWidth, activation, bias: false);
        foreach (var weight in feedForward.Parameters())
            _ = Initialization.Normal(weight, 0, Deviation);
        return feedForward;
    }

    private NormalizationLayer? BlockNorm() => _options.Norm?.Build(new NormalizationShape(_options.Width));

    /// <summary>Blocks without normalisation want embedded tokens of a common scale.</summary>
    private NormalizationLayer? FirstNorm(int layer) => BlockNorm() ?? (layer == 0 ? new LayerNorm(_options.Width, _options.NormEpsilon) : null);
}
