using System.Collections.Immutable;

namespace Anyformer.Data.TimeSeries;

/// <summary>Errors of forecasts over some points. A score that no point defines is NaN.</summary>
/// <param name="Points">Values forecast, those that are missing left out.</param>
/// <param name="MeanSquaredError">MSE on the standardised scale: the figure of the papers.</param>
/// <param name="MeanAbsoluteError">MAE on the standardised scale: the figure of the papers.</param>
/// <param name="OriginalMeanAbsoluteError">MAE on the original scale.</param>
/// <param name="OriginalRootMeanSquaredError">RMSE on the original scale.</param>
/// <param name="MeanAbsolutePercentageError">
/// MAPE on the original scale as a fraction (0.05 is 5 %), over the points whose actual value is not zero.
/// </param>
/// <param name="ZeroActuals">Points left out of MAPE, because their actual value is zero.</param>
/// <param name="MeanAbsoluteScaledError">
/// MASE: the original MAE divided by the mean absolute error, over the train rows, of repeating the value one season before. Overall:
/// the mean over the variates, of every series, for which that error is not zero. Source: Hyndman and Koehler, "Another look at measures of forecast
/// accuracy", 2006.
/// </param>
public sealed record ForecastScores(
    long Points,
    double MeanSquaredError,
    double MeanAbsoluteError,
    double OriginalMeanAbsoluteError,
    double OriginalRootMeanSquaredError,
    double MeanAbsolutePercentageError,
    long ZeroActuals,
    double MeanAbsoluteScaledError);

/// <summary>Scores of a whole evaluation.</summary>
/// <param name="Overall">One mean over windows, horizon and variates.</param>
/// <param name="ByVariate">The same for each variate, in the order of the series.</param>
public sealed record ForecastReport(ForecastScores Overall, ImmutableArray<ForecastScores> ByVariate);
