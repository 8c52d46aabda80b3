using Anyformer.Attention.HeadInteractions;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>A post-norm layer around <see cref="SpanAttention"/>, with or without a feed-forward part.</summary>
internal sealed class SpanLayer(SpanShape shape, int? hiddenWidth) : Module
{
    public SpanAttention Attention { get; } = new(shape);

    private LayerNorm AttentionNorm { get; } = new(shape.Width);

    private PositionwiseFeedForward? FeedForward { get; } =
        hiddenWidth is { } width ? new(shape.Width, width, Activations.Named("relu"), shape.Dropout) : null;

    private LayerNorm? FeedForwardNorm { get; } = hiddenWidth is null ? null : new(shape.Width);

    public Tensor Call(Tensor tokens, Tensor earlier, Tensor positions) =>
        Recomputation.Call(this, [tokens, earlier, positions], given => Run(given[0]!, given[1]!, given[2]!));

    private Tensor Run(Tensor tokens, Tensor earlier, Tensor positions)
    {
        using var scope = new TensorScope(this);
        var mixed = AttentionNorm.Call(tokens + Attention.Call(tokens, earlier, positions));
        return scope.Keep(FeedForward is null ? mixed : FeedForwardNorm!.Call(mixed + FeedForward.Call(mixed)));
    }
}

/// <summary>
/// A language model that reads block after block, and whose layers see so many tokens back (Sukhbaatar et al., arXiv 1905.07799 and 1907.01470): with
/// adaptive spans, or persistent vectors in place of feed-forward parts, or both.
/// </summary>
[Formula(
    "Z = norm(X + [A V] W_o), X <- norm(Z + mlp(Z)); log-softmax(X W) in the end",
    "A = adaptive-span(softmax_j((q_i·k_j + q_i·r_(i-j)) / √d)) over i - N ≤ j < i, and over persistent vectors",
    Where = "Z: (batch, tokens, width); W: (width, symbols); r: learned vector of a distance, (N, d); N: farthest that is seen")]
[Method("span-transformer", "Adaptive-span and all-attention language model", Family.LanguageModels, 2019, System = "head-interactions",
    Paper = "Sukhbaatar, Grave, Bojanowski, Joulin, Adaptive Attention Span in Transformers, ACL 2019, arXiv 1905.07799",
    Complexity = "O(tokens · span)")]
public sealed class SpanTransformer : Module
{
    private readonly SpanShape _shape;

    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of a layer.</param>
    /// <param name="layers">Layers.</param>
    /// <param name="hiddenWidth">Width of feed-forward parts; layers with persistent vectors have none.</param>
    /// <param name="symbols">Symbols of the language.</param>
    /// <param name="embeddingDropout">Probability of dropout on embeddings.</param>
    public SpanTransformer(SpanShape shape, int layers, int hiddenWidth, int symbols, double embeddingDropout = 0)
    {
        _shape = shape;
        Embedding = new Embedding(symbols, shape.Width);
        Positions = Initialization.Normal(Parameter.Empty(1, shape.Width / shape.Heads, shape.Limit));
        Layers = ModuleList<SpanLayer>.Of(layers, _ => new SpanLayer(shape, shape.Vectors > 0 ? null : hiddenWidth));
        Output = new Linear(shape.Width, symbols);
        Dropout = new Dropout(embeddingDropout);
    }

    private Embedding Embedding { get; }

    /// <summary>(1, head width, limit), the furthest first; all layers and heads share it.</summary>
    private Parameter Positions { get; }

    private ModuleList<SpanLayer> Layers { get; }

    private Linear Output { get; }

    private Dropout Dropout { get; }

    /// <summary>What the spans of all layers cost; null where there are none.</summary>
    public Tensor? SpanLoss => Layers.Select(layer => layer.Attention.Span?.Loss).Aggregate((sum, loss) => sum is null || loss is null ? loss : sum + loss);

    /// <summary>The memory before the first block: zeros.</summary>
    public IReadOnlyList<Tensor> Start(long batch) => [.. Layers.Select(_ => Positions.NewZeros([batch, _shape.Limit, _shape.Width]))];

    /// <summary>The logarithms of probabilities of the next symbols, (batch, tokens, symbols), and the memory for the next block.</summary>
    /// <param name="symbols">(batch, tokens) of integers.</param>
    /// <param name="memory">The tokens that each layer saw last, (batch, limit, width) of every layer.</param>
    public (Tensor LogProbabilities, IReadOnlyList<Tensor> Memory) Call(Tensor symbols, IReadOnlyList<Tensor> memory)
    {
        using var scope = new TensorScope();
        var next = new List<Tensor>();
        var tokens = Dropout.Call(Embedding.Call(symbols));
        foreach (var (layer, earlier) in Layers.Zip(memory))
        {
            next.Add(Functional.Cat([earlier, tokens], 1).Narrow(1, tokens.Size(1), _shape.Limit).Detach());
            tokens = layer.Call(tokens, earlier, Positions);
        }

        return (scope.Keep(Output.Call(tokens).LogSoftmax(-1)), scope.Keep((Tensor[])[.. next]));
    }
}
