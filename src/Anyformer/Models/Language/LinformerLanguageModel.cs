using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.LowRank;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Options of <see cref="LinformerLanguageModel"/>; the defaults are those of lucidrains/linformer's example.</summary>
public sealed record LinformerLanguageModelOptions
{
    /// <summary>The published sizes, and a small one.</summary>
    public static IReadOnlyDictionary<string, LinformerLanguageModelOptions> Presets { get; } = new Dictionary<string, LinformerLanguageModelOptions>
    {
        ["small"] = new() { Vocabulary = 256, Positions = 512, Width = 128, Layers = 2, Heads = 4, Attention = new() { Rank = 64 } },
        ["example"] = new(),
    };

    /// <summary>Kinds of tokens.</summary>
    [Description("kinds of tokens"), Range(1, 1 << 24)]
    public int Vocabulary { get; init; } = 20000;

    /// <summary>Most tokens of a sample.</summary>
    [Description("most tokens of a sample"), Range(1, 1 << 24)]
    public int Positions { get; init; } = 4096;

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 512;

    /// <summary>Width of a head; null for the width divided by the heads.</summary>
    [Description("width of a head; the width divided by the heads unless given"), Range(1, 65536)]
    public int? HeadWidth { get; init; }

    /// <summary>Blocks.</summary>
    [Description("blocks"), Range(1, 1000)]
    public int Layers { get; init; } = 12;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 8;

    /// <summary>The attention of every block.</summary>
    [Description("the attention of every block")]
    public LinformerOptions Attention { get; init; } = new();

    /// <summary>Probability of dropout on attention weights and hidden units.</summary>
    [Description("probability of dropout on attention weights and hidden units"), Range(0.0, 1.0)]
    public double Dropout { get; init; }
}

/// <summary>
/// An encoder with <see cref="Linformer"/> for attention in pre-norm blocks that gives logits of its tokens, for masked language modelling
/// (lucidrains/linformer, <c>LinformerLM</c>; Wang et al. 2020, arXiv 2006.04768).
/// </summary>
[Formula(
    "X_0 = E[ids] + P, pre-norm blocks with linformer, logits = X_L W + b",
    Where = "E: embedding, (vocabulary, width); P: learned positions, (positions, width); W: (width, vocabulary); b: (vocabulary)")]
[Method("linformer-lm", "Linformer language model", Family.LanguageModels, 2020, System = "linformer",
    Paper = "Wang, Li, Khabsa, Fang, Ma, Linformer: Self-Attention with Linear Complexity, 2020, arXiv 2006.04768",
    Complexity = "O(tokens · rank)")]
public sealed class LinformerLanguageModel : Module
{
    private readonly int _positions;

    /// <summary>A model with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public LinformerLanguageModel(LinformerLanguageModelOptions options)
    {
        _positions = options.Positions;
        TokenEmbedding = new Embedding(options.Vocabulary, options.Width);
        PositionEmbedding = new Embedding(options.Positions, options.Width);
        Encoder = new Encoder(Enumerable.Range(0, options.Layers).Select(_ => Block(options)));
        Head = new Linear(options.Width, options.Vocabulary);
    }

    private Embedding TokenEmbedding { get; }

    private Embedding PositionEmbedding { get; }

    private Encoder Encoder { get; }

    private Linear Head { get; }

    /// <summary>The logits of the tokens, (batch, tokens, vocabulary).</summary>
    /// <param name="tokens">Numbers of tokens, (batch, tokens).</param>
    /// <param name="real">True where there is a token and no padding, (batch, tokens); null when there is no padding.</param>
    /// <exception cref="UserException">There are more tokens than positions.</exception>
    public Tensor Call(Tensor tokens, Tensor? real = null)
    {
        if (tokens.Size(1) > _positions)
            throw new UserException($"This Linformer takes samples of up to {_positions} tokens, found {tokens.Size(1)}.");
        using var scope = new TensorScope();
        var positions = Functional.Arange(tokens.Size(1), dtype: DType.Int64, device: tokens.Device);
        var embedded = TokenEmbedding.Call(tokens) + PositionEmbedding.Call(positions);
        return scope.Keep(Head.Call(Encoder.Call(embedded, real is null ? null : AttentionMask.OfTokens(real))));
    }

    private static EncoderBlock Block(LinformerLanguageModelOptions options)
    {
        var inner = options.HeadWidth is { } width ? options.Heads * width : (int?)null;
        var shape = new TokenMixerShape(options.Positions, options.Width, options.Heads, options.Dropout, inner);
        // Not the activation by its name, which takes the feed-forward part to a kernel: single precision is so tight here, with gradients in the
        // hundreds at tiny sizes, that the authors' numbers can be met with the rounding of libtorch's operators alone.
        return new EncoderBlock(
            new Linformer(shape, options.Attention), new PreNorm(new LayerNorm(options.Width)),
            new PositionwiseFeedForward(options.Width, 4 * options.Width, static x => x.Gelu(), options.Dropout),
            new PreNorm(new LayerNorm(options.Width)));
    }
}
