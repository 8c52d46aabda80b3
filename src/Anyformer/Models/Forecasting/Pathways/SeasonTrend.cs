using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting.Pathways;

/// <summary>
/// What a router of Pathformer looks at: a series with its season and its trend added on top (Chen et al., ICLR 2024, arXiv 2402.05956, section 3.2).
/// The season is made of the three strongest frequencies; the trend is a mixture of moving averages over 4, 8 and 12 steps, weighted anew at every step.
/// </summary>
public sealed class SeasonTrend : TensorModule
{
    private const int Frequencies = 3;

    private static readonly int[] s_windows = [4, 8, 12];

    /// <summary>The weights of the moving averages at a step, from the value there.</summary>
    private Linear TrendWeights { get; } = new(1, s_windows.Length);

    /// <summary>Three strongest frequencies of every series, without the mean and, in even lengths, the alternation from step to step.</summary>
    /// <param name="series">(batch, variates, steps).</param>
    /// <returns>(batch, variates, steps).</returns>
    public static Tensor Season(Tensor series)
    {
        using var scope = new TensorScope();
        var steps = (int)series.Size(2);
        var proper = (steps - 1) / 2;
        var spectrum = series.FftRfft();
        var (_, strongest) = spectrum.Detach().Abs()[.., .., 1..(proper + 1)].TopK(Math.Min(Frequencies, proper), 2);
        var kept = series.NewZeros([series.Size(0), series.Size(1), spectrum.Size(2)]).ScatterInPlace(2, strongest + 1, 1);
        return scope.Keep((spectrum * kept).FftIrfft(steps));
    }

    /// <summary>The mixture of moving averages.</summary>
    /// <param name="series">(batch, variates, steps).</param>
    /// <returns>(batch, variates, steps).</returns>
    public Tensor Trend(Tensor series)
    {
        using var scope = new TensorScope();
        var averages = Functional.Stack([.. s_windows.Select(window => MovingAverage(series, window))], 2);
        // The map from 1 value to 3 weights as a product that keeps the steps side by side in memory.
        var weights = (series.Unsqueeze(2) * TrendWeights.Weight + TrendWeights.Bias!.Unsqueeze(1)).Softmax(2);
        return scope.Keep((averages * weights).Sum([2]));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input + Season(input) + Trend(input);

    /// <summary>An even window reaches one step further back than ahead; the ends are repeated.</summary>
    private static Tensor MovingAverage(Tensor series, int window) =>
        series.ReplicationPad1d([window / 2, (window - 1) / 2]).AvgPool1d([window], [1]);
}
