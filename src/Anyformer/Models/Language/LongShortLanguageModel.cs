using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Options of <see cref="LongShortLanguageModel"/>; the defaults are the published size for enwik8.</summary>
public sealed record LongShortLanguageModelOptions
{
    /// <summary>The published sizes.</summary>
    public static IReadOnlyDictionary<string, LongShortLanguageModelOptions> Presets { get; } = new Dictionary<string, LongShortLanguageModelOptions>
    {
        ["enwik8"] = new(),
        ["enwik8-large"] = new() { Layers = 30, MemoryLength = 8192, Dropout = 0.4, EmbeddingDropout = 0.4 },
        ["small"] = new() { Width = 128, FeedForwardWidth = 256, Heads = 4, Layers = 2, MemoryLength = 256, Window = 64 },
    };

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(2, 65536)]
    public int Width { get; init; } = 512;

    /// <summary>Hidden width of the feed-forward parts.</summary>
    [Description("hidden width of the feed-forward parts"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 2048;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 8;

    /// <summary>Layers.</summary>
    [Description("layers"), Range(1, 1000)]
    public int Layers { get; init; } = 12;

    /// <summary>Tokens of the segments before that every layer remembers, whole chunks and no fewer than the window.</summary>
    [Description("tokens of the segments before that are remembered"), Range(1, 1 << 20)]
    public int MemoryLength { get; init; } = 2048;

    /// <summary>Tokens of a chunk.</summary>
    [Description("tokens of a chunk"), Range(1, 65536)]
    public int ChunkSize { get; init; } = 16;

    /// <summary>Weighted sums of a chunk that later chunks see.</summary>
    [Description("weighted sums of a chunk that later chunks see"), Range(1, 65536)]
    public int ChunkRank { get; init; } = 1;

    /// <summary>Tokens up to its own that a token sees one by one.</summary>
    [Description("tokens up to its own that a token sees one by one"), Range(1, 1 << 20)]
    public int Window { get; init; } = 512;

    /// <summary>Probability of dropout on what attention and feed-forward parts give, and on hidden units.</summary>
    [Description("probability of dropout"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.2;

    /// <summary>Probability of dropout on embeddings, positions and the last states.</summary>
    [Description("probability of dropout on embeddings, positions and the last states"), Range(0.0, 1.0)]
    public double EmbeddingDropout { get; init; } = 0.2;

    /// <summary>Whether the projections of attention have biases.</summary>
    [Description("biases of the projections of attention")]
    public bool Bias { get; init; }

    /// <summary>Whether normalisation comes before each part instead of after it.</summary>
    [Description("normalise before each part instead of after it")]
    public bool NormFirst { get; init; } = true;

    /// <summary>Activation of the feed-forward parts.</summary>
    [Description("activation of the feed-forward parts")]
    public string Activation { get; init; } = "gelu";

    /// <summary>Distances in the window from here on are one; null to tell all apart.</summary>
    [Description("distances in the window from here on are one"), Range(1, 1 << 20)]
    public int? FurthestInWindow { get; init; } = 8192;

    /// <summary>Distances in sums of chunks from here on are one; null to tell all apart.</summary>
    [Description("distances in sums of chunks from here on are one"), Range(1, 1 << 20)]
    public int? FurthestChunk { get; init; }
}

/// <summary>
/// A language model whose tokens see the last ones and sums of all chunks before, across segments (Zhu et al., NeurIPS 2021, arXiv 2107.02192, section 4.2).
/// The table of embeddings is that of the output too.
/// </summary>
[Formula(
    "X_0 = E[ids], post-norm layers, log-softmax(X_L Eᵀ + b)",
    "attention: one softmax over the last w tokens and over weighted sums of every chunk that has ended, both with terms of distance",
    Where = "E: embedding, (vocabulary, width); b: (vocabulary); w: window")]
[Method("long-short-lm", "Long-Short Transformer language model", Family.LanguageModels, 2021, System = "long-short-transformer",
    Paper = "Zhu, Ping, Xiao, Shoeybi, Goldstein, Anandkumar, Catanzaro, Long-Short Transformer: Efficient Transformers for Language and Vision, NeurIPS 2021, arXiv 2107.02192",
    Complexity = "O(tokens · (window + landmarks))")]
public sealed class LongShortLanguageModel : Module
{
    private readonly LongShortLanguageModelOptions _options;

    /// <summary>A model with fresh weights.</summary>
    /// <exception cref="UserException">The width is odd or no multiple of the heads, or the memory is shorter than the window or not of whole chunks.</exception>
    public LongShortLanguageModel(int vocabulary, LongShortLanguageModelOptions options)
    {
        if (options.Width % 2 != 0)
            throw new UserException($"The width of the model must be even, for sines and cosines of distances, found {options.Width}.");
        if (options.MemoryLength < options.Window || options.MemoryLength % options.ChunkSize != 0)
            throw new UserException($"The memory must be a multiple of the chunk size {options.ChunkSize} and at least the window {options.Window}, "
                + $"found {options.MemoryLength}.");
        _options = options;
        Embedding = new Embedding(vocabulary, options.Width);
        Initialization.Normal(Embedding.Weight, 0, 0.02);
        OutputBias = Initialization.Constant(Parameter.Empty(vocabulary), 0);
        using (new TensorScope())
            Frequencies = (1 / Functional.Pow(10000, Functional.Arange(0, options.Width, 2, DType.Float32) / options.Width)).OutliveScopes();
        Layers = ModuleList<LongShortLayer>.Of(options.Layers, _ => new LongShortLayer(options));
        Dropout = new Dropout(options.EmbeddingDropout);
    }

    private Embedding Embedding { get; }

    private Parameter OutputBias { get; }

    /// <summary>(width / 2); published checkpoints hold them.</summary>
    [Buffer]
    private Tensor Frequencies { get; }

    private ModuleList<LongShortLayer> Layers { get; }

    private Dropout Dropout { get; }

    /// <summary>Logarithms of the probabilities of the tokens that follow, (batch, tokens, vocabulary), and what to remember of each layer.</summary>
    /// <param name="ids">(batch, tokens), integers.</param>
    /// <param name="memory">
    /// What the segment before left, (batch, remembered, width) for each layer; null at the beginning, where as published zeros stand in.
    /// </param>
    /// <remarks>A segment that is not of whole chunks is filled up with token 0, and as published what becomes of those is remembered too.</remarks>
    public (Tensor LogProbabilities, IReadOnlyList<Tensor> Memory) Call(Tensor ids, IReadOnlyList<Tensor>? memory = null)
    {
        using var scope = new TensorScope();
        var tokens = ids.Size(1);
        var states = Dropout.Call(Embedding.Call(ids.ConstantPadNd([0, Missing(tokens)])) * Math.Sqrt(_options.Width));
        memory ??= Beginning(states);
        var window = Dropout.Call(Distances(_options.Window, _options.FurthestInWindow));
        var sums = (states.Size(1) + memory[0].Size(1)) / _options.ChunkSize * _options.ChunkRank;
        var chunks = Distances(sums, _options.FurthestChunk);
        var remembered = new List<Tensor>();
        foreach (var (layer, before) in Layers.Zip(memory))
        {
            remembered.Add(scope.Keep(Remember(before, states)));
            states = layer.Call(states, before, window, chunks);
        }

        var logits = Functional.Linear(Dropout.Call(states), Embedding.Weight, OutputBias);
        return (scope.Keep(logits.LogSoftmax(-1).Narrow(1, 0, tokens)), remembered);
    }

    /// <summary>Tokens that a segment lacks to be of whole chunks and windows.</summary>
    private long Missing(long tokens)
    {
        if (tokens % _options.ChunkSize == 0)
            return 0;
        long whole = _options.Window;
        while (whole % _options.ChunkSize != 0)
            whole += _options.Window;
        return whole - tokens % whole;
    }

    private Tensor[] Beginning(Tensor states) =>
        [.. Layers.Select(_ => states.NewZeros([states.Size(0), _options.MemoryLength, _options.Width]))];

    /// <summary>The last states of the segment, and where it is shorter than the memory, of the one before.</summary>
    private Tensor Remember(Tensor before, Tensor states)
    {
        var all = states.Size(1) < _options.MemoryLength ? Functional.Cat([before, states], 1) : states;
        return all.Narrow(1, Math.Max(0, all.Size(1) - _options.MemoryLength), Math.Min(all.Size(1), _options.MemoryLength)).Detach();
    }

    /// <summary>Sines and then cosines of distances from the furthest to 0, (distances, width).</summary>
    private Tensor Distances(long count, int? furthest)
    {
        var distances = Functional.Arange(count - 1, -1, -1, Frequencies.DType, device: Frequencies.Device);
        if (furthest is { } most)
            distances = distances.ClampMax(most);
        var angles = distances.Outer(Frequencies);
        return Functional.Cat([angles.Sin(), angles.Cos()], -1);
    }
}
