using System.Globalization;
using Anyformer.Kernels;
using Anyformer.Kernels.Fused;
using Anyformer.Torch;

namespace Anyformer.Attention.Softmax;

/// <summary>Where it is decided what computes softmax attention: a kernel, libtorch's fused operator, or the composition of operators.</summary>
internal static class ScaledDotProduct
{
    /// <summary>Of fewer queries, as when a text is read on token by token, a kernel would only copy keys and values.</summary>
    private const int FewestFusedQueries = 16;

    /// <summary>libtorch has a fused operator from 2.0 on.</summary>
    private static readonly bool s_hasOperator = int.Parse(TorchRuntime.Version.Split('.')[0], CultureInfo.InvariantCulture) >= 2;

    /// <summary>Attention by the fastest that takes it; null where that is the composition.</summary>
    /// <param name="queries">(batch, heads, queries, width).</param>
    /// <param name="keys">(batch, heads, keys, width).</param>
    /// <param name="values">(batch, heads, keys, value width).</param>
    /// <param name="mask">What may not be seen.</param>
    /// <param name="dropout">Probability of dropout on weights.</param>
    /// <param name="bias">What is added to scores, (batch or 1, heads or 1, queries or 1, keys); null for nothing.</param>
    /// <param name="scale">What products of queries and keys are multiplied by; null for one over the root of the width.</param>
    internal static Tensor? Attend(
        Tensor queries, Tensor keys, Tensor values, FusedMask mask, double dropout, Tensor? bias = null, double? scale = null)
    {
        if (dropout == 1)
            return null;
        if (queries.Device.Type != DeviceType.Cpu)
            return s_hasOperator && mask.Layout is null && scale is null ? ByOperator(queries, keys, values, mask, dropout, bias) : null;
        if (bias is null && scale is null && mask.Layout is null && ShortAttention.Takes(queries, keys, values))
            return new ShortAttention(dropout, mask.Table(queries.Size(2), keys.Size(2))).Apply(queries, keys, values)[0];
        var isShort = queries.Size(2) < FewestFusedQueries || queries.Size(2) * keys.Size(2) <= ShortAttention.MostScores;
        if (isShort || !FusedAttention.Takes(queries, keys, values))
            return null;
        var fused = new FusedAttention(mask, dropout, scale);
        return (bias is null ? fused.Apply(queries, keys, values) : fused.Apply(queries, keys, values, bias.Expand([-1, -1, queries.Size(2), -1])))[0];
    }

    /// <summary>Attention by libtorch's own operator.</summary>
    internal static Tensor ByOperator(Tensor queries, Tensor keys, Tensor values, FusedMask mask, double dropout, Tensor? bias)
    {
        // The operator's own causal mask puts the first query beside the first key.
        var isCausal = mask is { IsCausal: true, Keys: null, Pairs: null } && bias is null && queries.Size(2) == keys.Size(2);
        if (isCausal)
            return Functional.ScaledDotProductAttention(queries, keys, values, null, dropout, true);
        var visible = mask.Table(queries.Size(2), keys.Size(2));
        if (visible is null)
            return Functional.ScaledDotProductAttention(queries, keys, values, bias, dropout);
        // Hidden scores are finite, so that a query which sees nothing stays finite too; what it gets is made zero.
        var scores = (bias ?? Functional.Zeros([1], queries.DType, device: queries.Device)).MaskedFill(!visible, MaskedSoftmax.Lowest(queries.DType));
        return Functional.ScaledDotProductAttention(queries, keys, values, scores, dropout).MaskedFill(!visible.Any(-1, keepdim: true), 0);
    }
}
