using Anyformer.Attention.Decoding;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>
/// Normalises queries and keys over a head's width before another function attends, so that scores cannot grow without bound
/// (Henry et al. 2020, arXiv 2010.04245; with LayerNorm: Dehghani et al. 2023, arXiv 2302.05442, section 2).
/// </summary>
public sealed class QueryKeyNorm : AttentionFunction, IProportionalAttention
{
    /// <summary>Normalisations before a function.</summary>
    /// <param name="function">What attends.</param>
    /// <param name="queryNorm">The normalisation of a query, of a head's width.</param>
    /// <param name="keyNorm">The normalisation of a key, of a head's width.</param>
    public QueryKeyNorm(AttentionFunction function, NormalizationLayer queryNorm, NormalizationLayer keyNorm) =>
        (Function, QueryNorm, KeyNorm) = (function, queryNorm, keyNorm);

    private AttentionFunction Function { get; }

    private NormalizationLayer QueryNorm { get; }

    private NormalizationLayer KeyNorm { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">The function cannot count keys.</exception>
    public Tensor Call(Tensor queries, Tensor keys, Tensor values, Tensor counts)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Proportional.Of(Function).Call(QueryNorm.Call(queries), KeyNorm.Call(keys), values, counts));
    }

    /// <inheritdoc/>
    public override bool ReadsOn => Function.ReadsOn;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask) =>
        Function.Call(QueryNorm.Call(queries), KeyNorm.Call(keys), values, mask);

    /// <summary>The function inside remembers.</summary>
    private protected override Tensor ReadOn(DecodingState state, Tensor queries, Tensor keys, Tensor values, AttentionMask mask) =>
        Attend(queries, keys, values, mask);
}
