using Anyformer.Comparison;
using Anyformer.Data.TimeSeries;
using Anyformer.Tasks.Forecasting.Intervals;

namespace Anyformer.Tasks.Forecasting;

/// <summary>The errors that forecasters are measured by.</summary>
public static class ForecastErrors
{
    private static readonly (ErrorMetric Metric, Func<ForecastScores, ForecastScores, IntervalScores, double> Value)[] s_errors =
    [
        (new("validation-mse", "validation MSE", "Mean squared error of the validation windows, on standardised values."), (validation, _, _) => validation.MeanSquaredError),
        (new(TestMse, "test MSE", "Mean squared error of the test windows, on standardised values."), (_, test, _) => test.MeanSquaredError),
        (new(TestMae, "test MAE", "Mean absolute error of the test windows, on standardised values."), (_, test, _) => test.MeanAbsoluteError),
        (new("test-mae-original", "test MAE (original scale)", "Mean absolute error of the test windows, in the unit of the data."), (_, test, _) => test.OriginalMeanAbsoluteError),
        (new("test-rmse-original", "test RMSE (original scale)", "Root mean squared error of the test windows, in the unit of the data."), (_, test, _) => test.OriginalRootMeanSquaredError),
        (new("test-mape", "test MAPE", "Mean absolute error of the test windows as a share of the true value, where that is not zero."), (_, test, _) => test.MeanAbsolutePercentageError),
        (new("test-interval-score", "test interval score", "Width of the prediction intervals of the test windows and a penalty for each value outside, on standardised values."), (_, _, intervals) => intervals.Score),
        (new("test-mase", "test MASE", "Mean absolute error of the test windows over that of repeating the last season on the training rows."), (_, test, _) => test.MeanAbsoluteScaledError),
    ];

    /// <summary>The id of the mean squared error of the test windows.</summary>
    public const string TestMse = "test-mse";

    /// <summary>The id of the mean absolute error of the test windows.</summary>
    public const string TestMae = "test-mae";

    /// <summary>All errors, the one that ranks first.</summary>
    public static IReadOnlyList<ErrorMetric> All { get; } = [.. s_errors.Select(error => error.Metric)];

    /// <summary>The error that ranks.</summary>
    public static ErrorMetric Ranking => All[0];

    /// <summary>The values of all errors, by id.</summary>
    public static IReadOnlyDictionary<string, double> Of(ForecastScores validation, ForecastScores test, IntervalScores intervals) =>
        s_errors.ToDictionary(error => error.Metric.Id, error => error.Value(validation, test, intervals));
}
