using System.Collections.Immutable;

namespace Anyformer.Data.TimeSeries;

/// <summary>Problems of a table: how many of each kind, and the first ones with their places.</summary>
/// <param name="problems">The first problems of each kind, in the order of the file.</param>
/// <param name="counts">How many there are of each kind.</param>
public sealed class DataReport(ImmutableArray<DataProblem> problems, ImmutableSortedDictionary<DataProblemKind, int> counts)
{
    /// <summary>Problems of one kind that a report names; more are only counted.</summary>
    public const int NamedPerKind = 1000;

    /// <summary>The first problems, at most <see cref="NamedPerKind"/> of each kind, in the order of the file.</summary>
    public ImmutableArray<DataProblem> Problems { get; } = problems;

    /// <summary>How many problems there are of each kind that occurs.</summary>
    public ImmutableSortedDictionary<DataProblemKind, int> Counts { get; } = counts;

    /// <summary>How many problems there are of all kinds.</summary>
    public int Total => Counts.Values.Sum();

    /// <summary>The counts in words: "1 missing value, 2 gaps".</summary>
    public string Summary => string.Join(", ", Counts.Select(pair => Words(pair.Key, pair.Value)));

    private static string Words(DataProblemKind kind, int count)
    {
        var (one, many) = kind switch
        {
            DataProblemKind.RaggedRow => ("ragged row", "ragged rows"),
            DataProblemKind.NotADate => ("unreadable date", "unreadable dates"),
            DataProblemKind.NotANumber => ("text in a number column", "texts in number columns"),
            DataProblemKind.MissingValue => ("missing value", "missing values"),
            DataProblemKind.MissingId => ("missing id", "missing ids"),
            DataProblemKind.OutOfOrder => ("row out of order", "rows out of order"),
            DataProblemKind.DuplicateTime => ("duplicate time", "duplicate times"),
            DataProblemKind.DuplicateRow => ("duplicate row", "duplicate rows"),
            DataProblemKind.Gap => ("gap", "gaps"),
            _ => ("irregular step", "irregular steps"),
        };
        return FormattableString.Invariant($"{count} {(count == 1 ? one : many)}");
    }
}
