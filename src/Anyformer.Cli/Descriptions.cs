using Anyformer.Comparison;
using Anyformer.Tasks.Forecasting;

namespace Anyformer.Cli;

/// <summary>Data in the words of reports.</summary>
public static class Descriptions
{
    /// <summary>The data of a forecasting task.</summary>
    public static DataDescription Of(ForecastData data) => new()
    {
        Source = data.Section.Source,
        Rows = data.Reading.Series.RowCount,
        Splits =
        [
            new("train", data.Borders.Train.Count),
            new("validation", data.Borders.Validation.Count - data.Section.Lookback),
            new("test", data.Borders.Test.Count - data.Section.Lookback),
        ],
        Variates = data.Reading.Series.VariateCount,
        Frequency = data.Reading.Series.Step?.ToString(),
        LookBack = data.Section.Lookback,
        Horizon = data.Section.Horizon,
    };
}
