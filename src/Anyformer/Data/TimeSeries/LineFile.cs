namespace Anyformer.Data.TimeSeries;

/// <summary>
/// The rows of a table on their way through a file: as they were read, each with the line that it came from, negative for a row that has known
/// columns alone. They must come in order, and the step of their times is known when the last has come.
/// </summary>
internal sealed class LineFile(RecordFile records, string name, TableLayout layout, DataProblemLog log)
{
    private readonly TimeStepInference _inference = new();
    private readonly List<(string Id, int Start)> _series = [];

    /// <summary>Rows.</summary>
    public int Count => records.Count;

    /// <summary>The step that the series have in common.</summary>
    public TimeStep? Step => _inference.Step;

    /// <summary>Reads all rows.</summary>
    /// <exception cref="UnstreamableTableException">A row is out of order.</exception>
    public void Read(TableRows rows, DateReader dates)
    {
        var reader = new RecordReader(rows, name, layout, dates, log);
        var seen = new HashSet<string>();
        var numbers = new double[1 + layout.Columns.Length];
        var last = DateTime.MinValue;
        while (reader.Read())
        {
            if (Count == records.Capacity)
                throw new UserException(FormattableString.Invariant($"{name}: the table holds more than {Count} rows."));
            if (_series.Count == 0 || _series[^1].Id != reader.Id)
                BeginSeries(reader, seen);
            else if (reader.Time < last)
                throw Unsorted(reader.Line, layout.DateColumn,
                    $"the time {TableCell.Text(reader.Time)} is before that of the row above, {TableCell.Text(last)}");
            _inference.Add(last = reader.Time);
            numbers[0] = reader.IsBlank ? -reader.Line : reader.Line;
            reader.Numbers.CopyTo(numbers, 1);
            records.Append(reader.Time, numbers);
        }
        if (Count == 0)
            throw new UserException($"{name}: there is no row with a date below the header.");
        records.Flush();
    }

    /// <summary>Gives all rows on.</summary>
    public void CopyTo(TableRegularizer regularizer)
    {
        var (row, series) = (0, 0);
        records.Visit((time, numbers) =>
        {
            if (series + 1 < _series.Count && _series[series + 1].Start == row)
                series++;
            row++;
            regularizer.Add(_series[series].Id, time, (int)Math.Abs(numbers[0]), numbers[0] < 0, numbers[1..]);
        });
        regularizer.End();
    }

    private void BeginSeries(RecordReader reader, HashSet<string> seen)
    {
        if (!seen.Add(reader.Id))
            throw Unsorted(reader.Line, layout.IdColumn, $"the series '{reader.Id}' goes on here after another");
        _series.Add((reader.Id, Count));
        _inference.BeginSeries();
    }

    private UnstreamableTableException Unsorted(int line, int column, string found) => new(FormattableString.Invariant(
        $"{name}: line {line}, column {column + 1}: {found}; a streamed table must be sorted by series and time, else set data.stream to false."));
}
