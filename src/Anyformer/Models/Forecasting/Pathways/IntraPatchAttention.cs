using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting.Pathways;

/// <summary>
/// Attention inside patches: one learned query for each patch and variate looks at itself and the steps of the patch, with keys and values by maps
/// of the variate's own, in two heads; what the patches give is spread over all steps (Chen et al., ICLR 2024, arXiv 2402.05956, section 3.1).
/// </summary>
/// <remarks>
/// Because the queries are the same for all samples, they are carried to the steps rather than the steps to the keys: <c>q (x W_k + b) = x (W_k q) + b q</c>,
/// and, as weights add up to 1, <c>sum a (x W_v + b) = (sum a x) W_v + b</c>. Nothing as large as keys or values is ever made.
/// </remarks>
public sealed class IntraPatchAttention : TensorModule
{
    private const int Heads = 2;
    private const int EmbeddingWidth = 16;

    private readonly int _patches;
    private readonly int _width;

    /// <summary>Attention inside each of <paramref name="patches"/> patches of <paramref name="patchSize"/> steps.</summary>
    /// <exception cref="UserException">The width is odd.</exception>
    public IntraPatchAttention(int variates, int patches, int patchSize, int width)
    {
        if (width % Heads != 0)
            throw new UserException($"Attention inside patches has {Heads} heads: the width must be even, found {width}.");
        (_patches, _width) = (patches, width);
        Embeddings = Initialization.Uniform(Parameter.Empty(patches, variates, EmbeddingWidth), 0, 1);
        Queries = new LinearPerVariate(patches, EmbeddingWidth, width);
        Maps = new VariateWeights(variates, width, maps: 2);
        Output = new PositionwiseFeedForward(width, width, Activations.Named("relu"));
        Spread = new Linear(patches, patches * patchSize);
        HeadMask = MaskOfHeads(width).OutliveScopes();
    }

    /// <summary>(patches, variates, 16).</summary>
    private Parameter Embeddings { get; }

    /// <summary>A map for each patch.</summary>
    private LinearPerVariate Queries { get; }

    private VariateWeights Maps { get; }

    private PositionwiseFeedForward Output { get; }

    /// <summary>From patches to steps.</summary>
    private Linear Spread { get; }

    /// <summary>1 where a channel belongs to a head, (heads, width).</summary>
    [Buffer(Persistent = false)]
    private Tensor HeadMask { get; }

    /// <summary>(batch, variates, steps, width) to the same.</summary>
    protected override Tensor Forward(Tensor input)
    {
        var (batch, variates) = (input.Size(0), input.Size(1));
        var (weights, biases) = Maps.Call();
        var queries = Queries.Call(Embeddings.Transpose(0, 1));
        var pooled = Pool(input.View([batch, variates, _patches, input.Size(2) / _patches, _width]), queries, weights[0], biases[0]);
        var values = Values(pooled, weights[1], biases[1]);
        var perPatch = Output.Call(values).View([variates, batch, _patches, _width]);
        return Spread.Call(perPatch.Transpose(2, 3)).Permute([1, 0, 3, 2]);
    }

    /// <summary>The steps of a patch and its query, weighted by attention for each head.</summary>
    /// <param name="patches">(batch, variates, patches, patch size, width).</param>
    /// <param name="queries">(variates, patches, width).</param>
    /// <param name="weights">Of the keys, (variates, width, width).</param>
    /// <param name="bias">Of the keys, (variates, width).</param>
    /// <returns>(batch, variates, patches, heads, width).</returns>
    private Tensor Pool(Tensor patches, Tensor queries, Tensor weights, Tensor bias)
    {
        var (batch, variates) = (patches.Size(0), patches.Size(1));
        var scaled = (queries / Math.Sqrt(_width / Heads)).Unsqueeze(2) * HeadMask;
        var directions = scaled.Reshape([variates, _patches * Heads, _width]).Bmm(weights.Transpose(1, 2)).View([variates, _patches, Heads, _width]).Transpose(2, 3);
        var ownScores = queries.Unsqueeze(2).MatMul(directions).Expand([batch, -1, -1, -1, -1]);
        // The bias of the keys would move all scores of a query alike, which the softmax does not see.
        var attention = Functional.Cat([ownScores, patches.MatMul(directions)], 3).Softmax(3);
        return attention[.., .., .., 1..].Transpose(3, 4).MatMul(patches) + attention[.., .., .., 0].Unsqueeze(-1) * queries.Unsqueeze(2);
    }

    /// <summary>The heads' contexts side by side: each head of what was pooled through its columns of the value map.</summary>
    /// <param name="pooled">(batch, variates, patches, heads, width).</param>
    /// <param name="weights">(variates, width, width).</param>
    /// <param name="bias">(variates, width).</param>
    /// <returns>(variates, batch * patches, width).</returns>
    private Tensor Values(Tensor pooled, Tensor weights, Tensor bias)
    {
        var (batch, variates) = (pooled.Size(0), pooled.Size(1));
        var heads = (weights.Unsqueeze(1) * HeadMask.Unsqueeze(1)).View([variates, Heads * _width, _width]);
        return bias.Unsqueeze(1).Baddbmm(pooled.Transpose(0, 1).Reshape([variates, batch * _patches, Heads * _width]), heads);
    }

    private static Tensor MaskOfHeads(int width)
    {
        using var scope = new TensorScope();
        return scope.Keep(Functional.Eye(Heads).RepeatInterleave(width / Heads, 1));
    }
}
