using Anyformer.Data.TimeSeries;
using Anyformer.Tasks.Forecasting.Intervals;

namespace Anyformer.Tasks.Forecasting;

/// <summary>What was measured of a trained forecaster.</summary>
/// <param name="Validation">Its errors on the validation windows.</param>
/// <param name="Test">Its errors on the test windows.</param>
/// <param name="Intervals">Its prediction intervals, made on the validation windows.</param>
/// <param name="TestIntervals">How good these are on the test windows.</param>
public sealed record ForecastEvaluation(ForecastReport Validation, ForecastReport Test, ConformalIntervals Intervals, IntervalScores TestIntervals)
{
    /// <summary>The errors by their ids.</summary>
    public IReadOnlyDictionary<string, double> Errors => ForecastErrors.Of(Validation.Overall, Test.Overall, TestIntervals);

    /// <summary>Measures a trained model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="validation">Measures on the validation windows, and gives them for the intervals.</param>
    /// <param name="test">Measures on the test windows.</param>
    /// <param name="coverage">The share of values that the intervals are made to cover.</param>
    internal static ForecastEvaluation Of(Models.Forecasting.Forecaster model, ForecastEvaluator validation, ForecastEvaluator test, double coverage)
    {
        var intervals = ConformalIntervals.Calibrate(model, validation, coverage);
        return new ForecastEvaluation(validation.Evaluate(model), test.Evaluate(model), intervals, intervals.Measure(model, test));
    }
}
