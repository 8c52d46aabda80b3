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
        Rows = data.RowCount,
        Splits =
        [
            new("train", data.PartRows.Train),
            new("validation", data.PartRows.Validation),
            new("test", data.PartRows.Test),
        ],
        Variates = data.Variates.Length,
        Frequency = data.Table.Step?.ToString(),
        LookBack = data.Section.Lookback,
        Horizon = data.Section.Horizon,
    };
}
