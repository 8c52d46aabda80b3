using Anyformer.Attention;
using Anyformer.Attention.Kernels;
using Anyformer.Attention.Local;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>
/// A language model whose attention is that of <see cref="Performer"/>, some heads of it local if wanted, in pre-norm blocks
/// (lucidrains/performer-pytorch, <c>PerformerLM</c>; Choromanski et al., ICLR 2021, arXiv 2009.14794).
/// </summary>
[Formula(
    "X_0 = E[ids] + P, pre-norm blocks with performer, logits = norm(X_L) Eᵀ or norm(X_L) W + b",
    Where = "E: embedding, (vocabulary, width); P: positions, (positions, width); W: (width, vocabulary); b: (vocabulary)")]
[Method("performer-lm", "Performer language model", Family.LanguageModels, 2021, System = "performer",
    Paper = "Choromanski, Likhosherstov, Dohan et al., Rethinking Attention with Performers, ICLR 2021, arXiv 2009.14794",
    Complexity = "O(tokens)")]
public sealed class PerformerLanguageModel : Module
{
    private readonly PerformerLanguageModelOptions _options;

    /// <summary>A model with fresh weights.</summary>
    /// <exception cref="UserException">There are more local heads than heads, or rotary positions meet an odd width.</exception>
    public PerformerLanguageModel(PerformerLanguageModelOptions options)
    {
        _options = options;
        TokenEmbedding = new Embedding(options.Vocabulary, options.Width);
        PositionEmbedding = options.RotaryPositions ? null : new Embedding(options.Positions, options.Width);
        EmbeddingDropout = new Dropout(options.EmbeddingDropout);
        Encoder = new Encoder(Enumerable.Range(0, options.Layers).Select(_ => Block(options)), new LayerNorm(options.Width));
        Head = options.TiedEmbedding ? null : new Linear(options.Width, options.Vocabulary);
        Redraws = options.RedrawInterval is { } interval ? new RedrawCounter(interval) : null;
    }

    private Embedding TokenEmbedding { get; }

    private Embedding? PositionEmbedding { get; }

    private Dropout EmbeddingDropout { get; }

    private Encoder Encoder { get; }

    private Linear? Head { get; }

    private RedrawCounter? Redraws { get; }

    /// <summary>The logits of the tokens, (batch, tokens, vocabulary).</summary>
    /// <param name="tokens">Numbers of tokens, (batch, tokens).</param>
    /// <param name="real">True where there is a token and no padding, (batch, tokens); null when there is no padding.</param>
    /// <exception cref="UserException">There are more tokens than positions.</exception>
    public Tensor Call(Tensor tokens, Tensor? real = null)
    {
        if (tokens.Size(1) > _options.Positions)
            throw new UserException($"This Performer takes samples of up to {_options.Positions} tokens, found {tokens.Size(1)}.");
        using var scope = new TensorScope();
        if (Redraws?.IsDue() == true)
            foreach (var map in Modules().Select(item => item.Module).OfType<ProjectedFeatureMap>())
                map.Redraw();
        var mask = real is null ? new AttentionMask() : AttentionMask.OfTokens(real);
        var vectors = TokenEmbedding.Call(tokens);
        var embedded = EmbeddingDropout.Call(vectors + PositionsOf(vectors));
        var encoded = Encoder.Call(embedded, mask with { IsCausal = _options.Causal });
        return scope.Keep(Head is null ? encoded.MatMul(TokenEmbedding.Weight.Transpose(0, 1)) : Head.Call(encoded));
    }

    /// <summary>The attention of a block.</summary>
    /// <exception cref="UserException">There are more local heads than heads.</exception>
    internal static MultiHeadAttention Attention(PerformerLanguageModelOptions options)
    {
        var inner = options.Heads * options.HeadWidth;
        Linear Input() => new(options.Width, inner, options.InputBias);
        return new MultiHeadAttention(
            options.Heads, Input(), Input(), Input(), new Linear(inner, options.Width, options.OutputBias), Heads(options));
    }

    private static AttentionFunction Heads(PerformerLanguageModelOptions options)
    {
        var globalHeads = options.Heads - options.LocalHeads;
        if (globalHeads < 0)
            throw new UserException($"There cannot be more local heads than heads, found {options.LocalHeads} and {options.Heads}.");
        if (globalHeads == 0)
            return LocalHeads(options);
        AttentionFunction performer = new Performer(options.FeatureMap.Build(new AttentionShape(globalHeads, options.HeadWidth)));
        if (options.RotaryPositions)
            performer = new PositionedAttention(performer, new InterleavedRotaryPositions(
                new PositionShape(0, options.Width, options.HeadWidth), new RotaryPositionsOptions()));
        return options.LocalHeads == 0 ? performer : new SplitHeadsAttention(performer, globalHeads, LocalHeads(options));
    }

    private static LocalAttention LocalHeads(PerformerLanguageModelOptions options) => new(new LocalAttentionOptions
    {
        Window = options.LocalWindow,
        Exact = false,
        Positions = LocalPositions.Rotary,
        SeesFilling = options.LocalHeadsSeeFilling,
    }, options.AttentionDropout);

    private static EncoderBlock Block(PerformerLanguageModelOptions options) => new(
        Attention(options), new PreNorm(new LayerNorm(options.Width), options.AttentionDropout),
        new PositionwiseFeedForward(options.Width, options.FeedForwardFactor * options.Width, Activations.Named("gelu"), options.FeedForwardDropout),
        new PreNorm(new LayerNorm(options.Width)));

    /// <summary>What is added to tokens for their positions, (tokens, width): learned vectors, or all sines and then all cosines.</summary>
    private Tensor PositionsOf(Tensor vectors)
    {
        var positions = Functional.Arange(vectors.Size(1), dtype: DType.Int64, device: vectors.Device);
        if (PositionEmbedding is not null)
            return PositionEmbedding.Call(positions);
        return Sinusoids.Split(positions, Rotary.Frequencies(_options.Width, device: vectors.Device)).To(vectors.DType);
    }
}
