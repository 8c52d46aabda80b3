using Anyformer.Comparison;
using Anyformer.Data.Images.Sets;
using Anyformer.Data.Sequences;
using Anyformer.Data.Texts;
using Anyformer.Data.Texts.Labelled;
using Anyformer.Tasks.Forecasting;

namespace Anyformer.Cli;

/// <summary>Data in the words of reports.</summary>
public static class Descriptions
{
    /// <summary>Sequences to be classified.</summary>
    public static DataDescription Of(SequenceData data) => new()
    {
        Source = data.Source,
        Rows = (long)data.Train.Count + data.Validation.Count + data.Test.Count,
        Splits = [new("train", data.Train.Count), new("validation", data.Validation.Count), new("test", data.Test.Count)],
        Tokens = data.Tokens,
        MajorityShare = data.MajorityShare,
    };

    /// <summary>Images to be classified.</summary>
    public static DataDescription Of(ImageData data) => new()
    {
        Source = data.Source,
        Rows = (long)data.Train.Count + data.Validation.Count + (data.Test == data.Validation ? 0 : data.Test.Count),
        Splits = [new("train", data.Train.Count), new("validation", data.Validation.Count), new("test", data.Test.Count)],
        MajorityShare = data.MajorityShare,
    };

    /// <summary>A text in tokens.</summary>
    public static DataDescription Of(TextData data) => new()
    {
        Source = data.Source,
        Rows = (long)data.Train.Length + data.Validation.Length,
        Splits = [new("train", data.Train.Length), new("validation", data.Validation.Length)],
        Tokens = data.Tokens,
    };

    /// <summary>The data of a translation task.</summary>
    public static DataDescription Of(TranslationData data) => new()
    {
        Source = data.Source,
        Rows = (long)data.Train.Count + data.Validation.Count + data.Test.Count,
        Splits = [new("train", data.Train.Count), new("validation", data.Validation.Count), new("test", data.Test.Count)],
        Tokens = data.Tokens,
    };

    /// <summary>Texts to be classified.</summary>
    public static DataDescription Of(TextClassificationData data) => new()
    {
        Source = data.Source,
        Rows = (long)data.Train.Count + data.Validation.Count + (data.Test == data.Validation ? 0 : data.Test.Count),
        Splits = [new("train", data.Train.Count), new("validation", data.Validation.Count), new("test", data.Test.Count)],
        Tokens = data.Tokens,
        MajorityShare = data.MajorityShare,
    };

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
