using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Memory;

/// <summary>Options of <see cref="ProductKeyMemory"/>.</summary>
public sealed record ProductKeyMemoryOptions
{
    /// <summary>The sizes of the paper's language models.</summary>
    public static IReadOnlyDictionary<string, ProductKeyMemoryOptions> Presets { get; } = new Dictionary<string, ProductKeyMemoryOptions>
    {
        ["published"] = new() { Keys = 512 },
    };

    /// <summary>Keys of each half of a query; the memory has a value for every pair of them.</summary>
    [Description("keys of each half of a query; there is a value for every pair of them"), Range(1, 1 << 12)]
    public int Keys { get; init; } = 64;

    /// <summary>Width of a query, even.</summary>
    [Description("width of a query, even"), Range(2, 1 << 16)]
    public int KeyWidth { get; init; } = 256;

    /// <summary>Queries of a token, each with keys of its own; the values are shared.</summary>
    [Description("queries of a token, each with keys of its own"), Range(1, 1 << 10)]
    public int Heads { get; init; } = 4;

    /// <summary>Values that a query reads.</summary>
    [Description("values that a query reads"), Range(1, 1 << 12)]
    public int Neighbors { get; init; } = 32;

    /// <summary>Hidden widths of the network that makes queries; none for one linear map.</summary>
    [Description("hidden widths of the network that makes queries; none for one linear map")]
    public ValueList<int> QueryWidths { get; init; } = [];

    /// <summary>Whether the maps of that network have biases.</summary>
    [Description("the maps of that network have biases")]
    public bool QueryBias { get; init; } = true;

    /// <summary>Whether its maps are followed by batch normalisation over all tokens; it brings more of the memory to use.</summary>
    [Description("its maps are followed by batch normalisation over all tokens, which brings more of the memory to use")]
    public bool QueryBatchNorm { get; init; } = true;
}

/// <summary>
/// A token's queries read from a large table of values: a key is a pair of half keys, so that the best of n² are found among the best of n and n.
/// A head's output is the sum of its nearest values, weighted by the softmax of their scores; heads are summed (Lample et al., NeurIPS 2019,
/// arXiv 1907.05242).
/// </summary>
/// <remarks>The hidden width of the host has no meaning here. While training with batch normalisation tokens act on each other.</remarks>
[Formula(
    "[u, w] = query(x), T: the k pairs (a, b) of largest s_ab = u·A_a + w·B_b",
    "y = sum_heads sum_((a, b) in T) softmax_T(s_ab) V_ab",
    Where = "u, w: halves of a query, (key width / 2); A, B: half keys, (keys, key width / 2); V: values, (keys², width); s: score; "
        + "a, b: keys; k: neighbours; T: (k)")]
[Method("product-key-memory", "Product-key memory", Family.MemoryLayers, 2019,
    Paper = "Lample, Sablayrolles, Ranzato, Denoyer, Jégou, Large Memory Layers with Product Keys, NeurIPS 2019, arXiv 1907.05242",
    Complexity = "O(tokens sqrt(values))", System = "feed-forward", Aliases = ["pkm"])]
public sealed class ProductKeyMemory : ChannelMixer
{
    private readonly ProductKeyMemoryOptions _options;

    /// <summary>A memory as a part of a host; dropout works on what is read.</summary>
    /// <exception cref="UserException">The width of a query is odd.</exception>
    public ProductKeyMemory(ChannelMixerShape shape, ProductKeyMemoryOptions options)
    {
        if (options.KeyWidth % 2 != 0)
            throw new UserException($"The keys of a product-key memory are halves of a query, so its width must be even, found {options.KeyWidth}.");
        _options = options;
        var half = options.KeyWidth / 2;
        Query = new Sequential(QueryLayers(shape.Width, options));
        Keys = Initialization.InverseFanIn(Parameter.Empty(options.Heads, 2, options.Keys, half), half);
        Values = Initialization.Normal(Parameter.Empty((long)options.Keys * options.Keys, shape.Width), 0, Math.Pow(shape.Width, -0.5));
        Dropout = new Dropout(shape.Dropout);
    }

    private Sequential Query { get; }

    /// <summary>(heads, 2, keys, half the width of a query).</summary>
    private Parameter Keys { get; }

    /// <summary>(keys², width): the pair (i, j) of half keys has the value i · keys + j.</summary>
    private Parameter Values { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var tokens = input.Reshape([-1, input.Size(-1)]);
        var (scores, indices) = Nearest(Query.Call(tokens));
        var weights = scores.Softmax(-1);
        Recorder.Record(this, "indices", indices);
        Recorder.Record(this, "weights", weights);
        return Dropout.Call(Read(indices.Flatten(1), weights.Flatten(1).To(Values.DType)).To(input.DType)).View(input.Shape);
    }

    private static IEnumerable<TensorModule> QueryLayers(long width, ProductKeyMemoryOptions options)
    {
        int[] widths = [.. options.QueryWidths, options.Heads * options.KeyWidth];
        for (var i = 0; i < widths.Length; i++)
        {
            yield return new Linear(i == 0 ? width : widths[i - 1], widths[i], options.QueryBias);
            if (options.QueryBatchNorm)
                yield return new BatchNorm(widths[i]);
            if (i < widths.Length - 1)
                yield return new Rectifier();
        }
    }

    /// <summary>The largest scores of every query and the values they belong to, in descending order: (tokens, heads, neighbours).</summary>
    private (Tensor Scores, Tensor Indices) Nearest(Tensor queries)
    {
        var (heads, keys, neighbors) = (_options.Heads, _options.Keys, Math.Min(_options.Neighbors, _options.Keys));
        var halves = queries.View([-1, 2 * heads, _options.KeyWidth / 2]).Transpose(0, 1);
        var (best, which) = halves.MatMul(Keys.Flatten(0, 1).Transpose(-2, -1)).TopK(neighbors);
        var (scores, indices) = (best.Unflatten(0, [heads, 2]), which.Unflatten(0, [heads, 2]));
        var pairs = (scores[.., 0].Unsqueeze(-1) + scores[.., 1].Unsqueeze(-2)).Flatten(2);
        var values = (indices[.., 0].Unsqueeze(-1) * keys + indices[.., 1].Unsqueeze(-2)).Flatten(2);
        var (largest, places) = pairs.TopK(neighbors);
        return (largest.Transpose(0, 1), values.Gather(2, places).Transpose(0, 1));
    }

    /// <summary>The weighted sums of values: (tokens, read) of each to (tokens, width).</summary>
    private Tensor Read(Tensor indices, Tensor weights)
    {
        // libtorch sums while it reads, but not in bfloat16.
        if (Values.DType == DType.BFloat16)
            return weights.Unsqueeze(1).MatMul(Functional.Embedding(Values, indices)).Squeeze(1);
        var begins = Functional.Arange(0, indices.ElementCount, indices.Size(1), device: indices.Device);
        return Functional.EmbeddingBag(Values, indices.Flatten(), begins, perSampleWeights: weights.Flatten()).Item1;
    }

    private sealed class Rectifier : TensorModule
    {
        protected override Tensor Forward(Tensor input) => input.Relu();
    }
}
