using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Local;
using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>How much heads differ: the mean over all ordered pairs of heads, each with itself too, of how alike they are, with a minus (equations 5 to 7).</summary>
internal static class Disagreement
{
    /// <summary>Of the directions of values, or of contexts: at most 0, at least -1.</summary>
    /// <param name="vectors">(batch, heads, tokens, head width).</param>
    /// <param name="real">True at the tokens that count, (batch, tokens); null when all do.</param>
    public static Tensor OfDirections(Tensor vectors, Tensor? real = null) => OfPairs(vectors.ToUnitLength(), real);

    /// <summary>Of the weights that fall on the same keys.</summary>
    /// <param name="weights">(batch, heads, queries, keys).</param>
    /// <param name="real">True at the queries that count, (batch, queries); null when all do.</param>
    public static Tensor OfPositions(Tensor weights, Tensor? real = null) => OfPairs(weights, real);

    /// <summary>The sum of the products of all pairs is the square of the sum.</summary>
    private static Tensor OfPairs(Tensor rows, Tensor? real)
    {
        var heads = rows.Size(1);
        var products = rows.Sum([1]).Square().Sum([-1]) / -(heads * heads);
        return real is null ? products.Mean() : products.MaskedFill(!real, 0).Sum() / real.Sum().ClampMin(1);
    }
}

/// <summary>Options of <see cref="HeadDisagreement"/>: what each kind of disagreement weighs in the loss.</summary>
public sealed record HeadDisagreementOptions
{
    /// <summary>Weight of the disagreement of values.</summary>
    [Description("weight of the disagreement of values"), Range(0, 1e6)]
    public double Subspace { get; init; }

    /// <summary>Weight of the disagreement of attended positions.</summary>
    [Description("weight of the disagreement of attended positions"), Range(0, 1e6)]
    public double Position { get; init; }

    /// <summary>Weight of the disagreement of the heads' contexts.</summary>
    [Description("weight of the disagreement of contexts"), Range(0, 1e6)]
    public double Output { get; init; } = 1;
}

/// <summary>
/// Heads that are trained to differ: their disagreement is added to what is maximised (Li, Tu, Yang, Lyu, Zhang, EMNLP 2018, arXiv 1810.10183). Nothing
/// changes outside training.
/// </summary>
[Formula(
    "Y = softmax(Q Kᵀ / √d) V",
    "loss += λ (1 / h²) sum_(a, b) cos(z_a, z_b), the mean over tokens",
    Where = "z: value, weights or context of a head, as the options weigh them; a, b: heads; λ: weight")]
[Claims(Causal = true)]
[Method("disagreement", "Disagreement of heads", Family.HeadInteractions, 2018, System = "head-interactions",
    Paper = "Li, Tu, Yang, Lyu, Zhang, Multi-Head Attention with Disagreement Regularization, EMNLP 2018, arXiv 1810.10183", Complexity = "O(tokens²)")]
public sealed class HeadDisagreement : AttentionWithLoss
{
    private readonly HeadDisagreementOptions _options;

    /// <summary>Attention as a part of a host.</summary>
    public HeadDisagreement(AttentionShape shape, HeadDisagreementOptions options) : base(shape.Dropout) => _options = options;

    /// <inheritdoc/>
    private protected override Tensor Loss(Tensor weights, Tensor values, Tensor contexts, AttentionMask? mask)
    {
        var terms = weights.NewZeros([]);
        if (_options.Subspace > 0)
            terms = terms - Disagreement.OfDirections(values, mask?.Keys) * _options.Subspace;
        if (_options.Position > 0)
            terms = terms - Disagreement.OfPositions(weights, mask?.Queries) * _options.Position;
        if (_options.Output > 0)
            terms = terms - Disagreement.OfDirections(contexts, mask?.Queries) * _options.Output;
        return terms;
    }
}
