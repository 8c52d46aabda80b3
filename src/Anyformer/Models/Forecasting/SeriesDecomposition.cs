using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// Splits series into their moving average, the trend, and the rest, the season (Wu et al., NeurIPS 2021, arXiv 2106.13008, section 3.1).
/// The first and the last step are repeated beyond the ends, so that the lengths stay.
/// </summary>
public sealed class SeriesDecomposition
{
    private readonly int _window;

    /// <summary>A split by the average over the <paramref name="window"/> nearest steps.</summary>
    /// <exception cref="UserException">The window is not odd, so that no step is in its middle.</exception>
    public SeriesDecomposition(int window)
    {
        if (window < 1 || window % 2 == 0)
            throw new UserException($"The window of a moving average must be an odd number of steps, found {window}.");
        _window = window;
    }

    /// <summary>Both parts, which add up to the series; each of the series' shape.</summary>
    /// <param name="series">(batch, steps, channels).</param>
    public (Tensor Season, Tensor Trend) Split(Tensor series)
    {
        using var scope = new TensorScope();
        var trend = scope.Keep(MovingAverage(series));
        return (scope.Keep(series - trend), trend);
    }

    private Tensor MovingAverage(Tensor series)
    {
        var edge = _window / 2;
        var first = series[.., ..1].Expand([-1, edge, -1]);
        var last = series[.., ^1..].Expand([-1, edge, -1]);
        // The pooling sees channels side by side in memory, for which it is vectorised.
        return Functional.Cat([first, series, last], 1).Transpose(1, 2).AvgPool1d([_window], [1]).Transpose(1, 2);
    }
}
