using Anyformer.Comparison;
using Anyformer.Models.Forecasting;
using Anyformer.Tasks.Forecasting.Intervals;

namespace Anyformer.Tasks.Forecasting;

/// <summary>A model of a comparison, with the weights of its best seed.</summary>
/// <param name="Result">What was measured of it.</param>
/// <param name="Forecaster">The model.</param>
/// <param name="Intervals">Its prediction intervals.</param>
internal sealed record TrainedForecaster(ModelResult Result, Forecaster Forecaster, ConformalIntervals Intervals)
{
    /// <summary>The ranking error of the best seed.</summary>
    internal double Error => Result.Seeds.Min(seed => seed.ErrorOf(ForecastErrors.Ranking));
}
