using Anyformer.Attention.Windows;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Downsampling;

/// <summary>What attention in a funnel knows of its queries and keys beside their vectors.</summary>
/// <param name="QueryTypes">Types of the queries, (batch, queries).</param>
/// <param name="KeyTypes">Types of the keys, (batch, keys).</param>
/// <param name="Keys">True at keys that may be seen, (batch, keys).</param>
/// <param name="KeyStride">Places of the unpooled sequence from key to key.</param>
/// <param name="QueryStep">Keys from query to query: 1, or 2 where queries alone are pooled.</param>
/// <param name="HasClass">Whether the first token is a class token, which has neither place nor type.</param>
public sealed record FunnelContext(Tensor QueryTypes, Tensor KeyTypes, Tensor Keys, long KeyStride, long QueryStep, bool HasClass);

/// <summary>
/// Multi-head attention with terms for relative positions and for equal types of tokens, as of Transformer-XL, whose queries may be fewer than its keys
/// (Dai et al., NeurIPS 2020, arXiv 2006.03236, section 2.2 and appendix A.2).
/// </summary>
/// <remarks>
/// The appendix has a gather form and a factorised form of the positions' term. By the sum formulas of sine and cosine they are the same function of
/// the difference of two places, so here is one: the scores of every difference, of which each query's row is shifted into place.
/// </remarks>
public sealed class FunnelAttention : Module
{
    private const double InitialRange = 0.1;

    /// <summary>The type that counts as equal to all.</summary>
    private const int ClassType = 2;

    private readonly int _heads;

    /// <summary>Attention with fresh weights.</summary>
    /// <param name="width">Width of a token, an even number.</param>
    /// <param name="heads">Heads side by side.</param>
    /// <param name="headWidth">Width of a head.</param>
    /// <param name="dropout">Probability of dropout on the weights.</param>
    public FunnelAttention(int width, int heads, int headWidth, double dropout = 0)
    {
        _heads = heads;
        QueryProjection = new Linear(width, heads * headWidth, bias: false);
        KeyProjection = new Linear(width, heads * headWidth);
        ValueProjection = new Linear(width, heads * headWidth);
        OutputProjection = new Linear(heads * headWidth, width);
        ContentBias = Drawn(heads, headWidth);
        PositionBias = Drawn(heads, headWidth);
        PositionKernel = Drawn(width, heads, headWidth);
        TypeBias = Drawn(heads, headWidth);
        Types = Drawn(2, heads, headWidth);
        Dropout = new Dropout(dropout);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    /// <summary>(heads, head width).</summary>
    private Parameter ContentBias { get; }

    /// <summary>(heads, head width).</summary>
    private Parameter PositionBias { get; }

    /// <summary>(width, heads, head width).</summary>
    private Parameter PositionKernel { get; }

    /// <summary>(heads, head width).</summary>
    private Parameter TypeBias { get; }

    /// <summary>(other type, equal type; heads, head width).</summary>
    private Parameter Types { get; }

    private Dropout Dropout { get; }

    /// <summary>What the queries get, (batch, queries, width).</summary>
    /// <param name="queries">(batch, queries, width).</param>
    /// <param name="tokens">Keys and values, (batch, keys, width).</param>
    /// <param name="context">What is known of both.</param>
    public Tensor Call(Tensor queries, Tensor tokens, FunnelContext context)
    {
        using var scope = new TensorScope(this);
        var asking = Heads.Split(QueryProjection.Call(queries), _heads);
        var scale = 1 / Math.Sqrt(asking.Size(-1));
        Tensor Biased(Parameter bias) => (asking + bias.Unsqueeze(1)) * scale;
        var keys = Heads.Split(KeyProjection.Call(tokens), _heads);
        var relative = PositionScores(Biased(PositionBias), keys.Size(2), context) + TypeScores(Biased(TypeBias), context);
        if (context.HasClass)
            relative = relative[.., .., 1.., 1..].ConstantPadNd([1, 0, 1, 0]);
        var scores = (Biased(ContentBias).MatMul(keys.Transpose(-2, -1)) + relative).Hide(context.Keys.Unsqueeze(1).Unsqueeze(1));
        var contexts = Dropout.Call(scores.Softmax(-1)).MatMul(Heads.Split(ValueProjection.Call(tokens), _heads));
        return scope.Keep(OutputProjection.Call(Heads.Join(contexts)));
    }

    /// <summary>Scores of the difference of places of each pair, (batch, heads, queries, keys).</summary>
    private Tensor PositionScores(Tensor queries, long keys, FunnelContext context)
    {
        var (asking, step) = (queries.Size(2), context.QueryStep);
        // A pooled query stands at the last token that it covers: beside the class token, one key before twice its number.
        var lag = step > 1 && context.HasClass ? 1 : 0;
        var furthest = step * (asking - 1);
        var differences = Functional.Arange(furthest - lag, -keys - lag, -1, queries.DType, device: queries.Device) * context.KeyStride;
        var kernels = Functional.Einsum("td,dnh->nht", [Waves(differences), PositionKernel]);
        var scores = queries.MatMul(kernels);
        // Row i begins at column step · (queries - 1 - i): with as much less a row, the rows come to lie below each other.
        return asking == 1 ? scores : scores.Flatten(-2).Narrow(-1, furthest, asking * (furthest + keys - step))
            .Unflatten(-1, [asking, furthest + keys - step]).Narrow(-1, 0, keys);
    }

    /// <summary>Scores of equal types and of others, (batch, heads, queries, keys).</summary>
    private Tensor TypeScores(Tensor queries, FunnelContext context)
    {
        var scores = Functional.Einsum("bnih,snh->bnis", [queries, Types]);
        var (asking, answering) = (context.QueryTypes.Unsqueeze(2), context.KeyTypes.Unsqueeze(1));
        var equal = asking.Eq(answering) | asking.Eq(ClassType) | answering.Eq(ClassType);
        return Functional.Where(equal.Unsqueeze(1), scores[.., .., .., 1..], scores[.., .., .., ..1]);
    }

    /// <summary>Sines and then cosines of differences, (differences, width).</summary>
    private Tensor Waves(Tensor differences)
    {
        var half = PositionKernel.Size(0) / 2;
        var frequencies = Functional.Pow(10000, Functional.Arange(half, dtype: differences.DType, device: differences.Device) / -half);
        var angles = differences.Outer(frequencies);
        return Functional.Cat([angles.Sin(), angles.Cos()], -1);
    }

    private static Parameter Drawn(params ReadOnlySpan<long> shape) => Initialization.Uniform(Parameter.Empty(shape), 0, InitialRange);
}
