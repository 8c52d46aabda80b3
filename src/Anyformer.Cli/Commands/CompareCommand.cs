using System.CommandLine;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer compare</c>: the same data, split, budget and seeds for every model, and a ranking.</summary>
public static class CompareCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => new("compare", "Train models side by side on your data and say which one to take.")
    {
        CompareForecastCommand.Create(),
        CompareLongRangeCommand.Create(),
        CompareClassifyCommand.Create(),
        CompareTextClassificationCommand.Create(),
        CompareLanguageCommand.Create(),
        CompareTranslateCommand.Create(),
    };
}
