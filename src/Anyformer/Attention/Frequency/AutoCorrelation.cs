using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Kernels;
using Anyformer.Torch;

namespace Anyformer.Attention.Frequency;

/// <summary>Options of <see cref="AutoCorrelation"/>.</summary>
public sealed record AutoCorrelationOptions
{
    /// <summary>Lags that count, in multiples of the logarithm of the number of steps, rounded down; at least one.</summary>
    [Description("lags that count, in multiples of ln(steps)"), Range(0, 1e6)]
    public double Factor { get; init; } = 1;
}

/// <summary>
/// Relates whole series by their lags: the values of all heads and channels are rolled by the lags at which queries and keys agree best,
/// and averaged with the softmax of those agreements (Wu et al., NeurIPS 2021, arXiv 2106.13008, section 3.2). The agreements of all lags are
/// found in the frequency domain. With fewer keys than queries, zeros follow the keys and values; of more, the first count.
/// Records <c>correlations</c>, (batch, heads, lags, head width), for inspection.
/// </summary>
/// <remarks>
/// In evaluation every sample has lags of its own. In training all samples share those of the best mean, as published, so a window's output
/// depends on the others of its batch. There is no masked form: the authors ignore masks, this class refuses them.
/// </remarks>
[Formula(
    "R(τ) = irfft(rfft(Q) ⊙ conj(rfft(K)))_τ, its mean over heads and channels",
    "τ_1 ... τ_k the k = floor(c ln n) lags of largest R",
    "Y_t = sum_m softmax(R(τ_1) ... R(τ_k))_m V_((t + τ_m) mod n)",
    Where = "R: agreement at a lag, (batch, lags); τ: lag; k: lags that count; c: factor; m: from 1 to k")]
[Claims(Growth = 1, Padding = false, Leaks = Leaks.Batch,
    Caveat = "In training all samples of a batch share the lags of the best mean, as the authors' code does.")]
[Method("auto-correlation", "Auto-correlation", Family.Frequency, 2021,
    System = "autoformer-ts",
    Paper = "Wu, Xu, Wang, Long, Autoformer: Decomposition Transformers with Auto-Correlation for Long-Term Series Forecasting, "
        + "NeurIPS 2021, arXiv 2106.13008",
    Complexity = "O(tokens · log tokens)")]
public sealed class AutoCorrelation : AttentionFunction
{
    private readonly double _factor;

    /// <summary>Auto-correlation of a factor.</summary>
    public AutoCorrelation(double factor = 1) => _factor = factor;

    /// <summary>Auto-correlation as a part of a host, of any shape.</summary>
    public AutoCorrelation(AttentionShape shape, AutoCorrelationOptions options) : this(options.Factor) => _ = shape;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        if (mask is not null)
            throw new UserException(
                "Auto-correlation rolls whole series and cannot obey a mask; choose another attention function where tokens are masked.");
        var steps = queries.Size(2);
        var (asking, answering, given) = (Exact(queries), Fit(Exact(keys), steps), Fit(Exact(values), steps));
        if (Recorder.IsListening)
            Recorder.Record(this, "correlations", Spectrum(asking, answering, 2).FftIrfft(steps, 2));

        (asking, answering) = (JoinHeads(asking), JoinHeads(answering));
        var lags = Lags(asking, answering);
        var weights = (LaggedSeries.Product(asking, answering, lags) / asking.Size(2)).Softmax(-1);
        var sum = LaggedSeries.Sum(JoinHeads(given), weights, lags);
        return sum.Unflatten(2, [given.Size(1), given.Size(3)]).Transpose(1, 2).To(values.DType);
    }

    /// <summary>The lags at which queries agree best with keys, averaged over heads and channels: (batch, lags).</summary>
    private Tensor Lags(Tensor queries, Tensor keys)
    {
        using var noGrad = Autograd.NoGrad();
        var (batch, steps) = (queries.Size(0), queries.Size(1));
        // The transform is linear, so the mean comes first.
        var agreement = Spectrum(queries, keys, 1).Mean([2]).FftIrfft(steps, 1);
        var count = (long)Math.Clamp(_factor * Math.Log(steps), 1, steps);
        return IsTraining
            ? agreement.Mean([0]).TopK(count).Indices.Expand([batch, -1])
            : agreement.TopK(count).Indices;
    }

    /// <summary>The transform of the circular correlation along a dimension.</summary>
    private static Tensor Spectrum(Tensor queries, Tensor keys, int dimension) =>
        queries.FftRfft(dim: dimension) * keys.FftRfft(dim: dimension).Conj();

    /// <summary>In a precision that can be transformed.</summary>
    private static Tensor Exact(Tensor series) => series.DType == DType.Float64 ? series : series.To(DType.Float32);

    /// <summary>As many steps as wanted, zeros after the last one.</summary>
    private static Tensor Fit(Tensor series, long steps)
    {
        var missing = steps - series.Size(2);
        return missing > 0
            ? Functional.Cat([series, series.NewZeros([series.Size(0), series.Size(1), missing, series.Size(3)])], 2)
            : series.Narrow(2, 0, steps);
    }

    /// <summary>(batch, heads, steps, head width) to (batch, steps, width).</summary>
    private static Tensor JoinHeads(Tensor series) => series.Transpose(1, 2).Flatten(2);
}
