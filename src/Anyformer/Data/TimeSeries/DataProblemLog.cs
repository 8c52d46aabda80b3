using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Anyformer.Data.TimeSeries;

/// <summary>Collects problems while a table is read. A file that is nothing but problems costs counters, not memory.</summary>
internal sealed class DataProblemLog
{
    private readonly List<DataProblem> _problems = [];
    private readonly Dictionary<DataProblemKind, int> _counts = [];

    /// <summary>Counts a problem; its message is only composed when the report will name it.</summary>
    public void Add<T>(DataProblemKind kind, int line, int column, T found, Func<T, string> message)
    {
        if (++CollectionsMarshal.GetValueRefOrAddDefault(_counts, kind, out _) <= DataReport.NamedPerKind)
            _problems.Add(new DataProblem(line, column, kind, message(found)));
    }

    /// <summary>The problems of the kinds chosen.</summary>
    public DataReport Report(Func<DataProblemKind, bool> chosen) => new(
        [.. _problems.Where(problem => chosen(problem.Kind)).OrderBy(problem => (problem.Line, problem.Column))],
        _counts.Where(pair => chosen(pair.Key)).ToImmutableSortedDictionary());
}
