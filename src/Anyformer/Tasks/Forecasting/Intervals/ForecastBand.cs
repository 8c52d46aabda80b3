using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting.Intervals;

/// <summary>Forecasts between two bounds, standardised: arrays of (windows, horizon, variates) in row-major order.</summary>
/// <param name="Lower">The lower bounds.</param>
/// <param name="Point">The forecasts.</param>
/// <param name="Upper">The upper bounds.</param>
/// <param name="Difficulty">
/// How restless each series was in its history, (windows, variates): the mean absolute error of repeating the last season there, and a little.
/// </param>
public sealed record ForecastBand(float[] Lower, float[] Point, float[] Upper, float[] Difficulty)
{
    /// <summary>In standard deviations of the training rows: a series that was still for a while may move again.</summary>
    private const double LeastDifficulty = 0.1;

    /// <summary>What a model itself says: its quantiles where it has such, else bounds that fall on the forecast.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">The windows.</param>
    /// <param name="season">Steps after which the series repeat.</param>
    /// <param name="coverage">The share of values that should lie between the bounds.</param>
    internal static ForecastBand Of(Forecaster model, ForecastInput input, int season, double coverage)
    {
        var difficulty = DifficultyOf(input.Past, season);
        if (model is not QuantileForecaster quantiles)
        {
            var point = model.Call(input).ToArray<float>();
            return new ForecastBand(point, point, point, difficulty);
        }

        var values = quantiles.Quantiles(input);
        float[] Level(double level) => values[.., .., .., Nearest(quantiles.Levels, level)].ToArray<float>();
        return new ForecastBand(Level((1 - coverage) / 2), Level(0.5), Level((1 + coverage) / 2), difficulty);
    }

    private static float[] DifficultyOf(Tensor past, int season)
    {
        var lookback = (int)past.Size(1);
        var lag = season < lookback ? season : 1;
        return lookback == 1
            ? [.. Enumerable.Repeat(1f, (int)(past.Size(0) * past.Size(2)))]
            : ((past[.., lag..] - past[.., ..^lag]).Abs().Mean([1]) + LeastDifficulty).ToArray<float>();
    }

    private static int Nearest(IReadOnlyList<double> levels, double level) =>
        Enumerable.Range(0, levels.Count).MinBy(i => Math.Abs(levels[i] - level));
}
