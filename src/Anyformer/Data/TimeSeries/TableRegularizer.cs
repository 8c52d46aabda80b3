namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Takes the rows of a table, series after series, each in the order of time, reports what is wrong with their times, and puts them into a sink:
/// as they are, or, with a fill policy, one row for each time and every step present, with numbers in the place of missing ones. It looks at one
/// row after the other, so that a table need not be in memory.
/// </summary>
internal sealed class TableRegularizer
{
    // One wrong year in a file of minutes would otherwise ask for millions of rows.
    private const int LargestGrowth = 10;
    private const int SmallTable = 1000;

    private readonly TableLayout _layout;
    private readonly string _name;
    private readonly TimeStep? _step;
    private readonly FillPolicy _fill;
    private readonly IRowSink _sink;
    private readonly DataProblemLog _log;
    private readonly int _rows;
    private readonly long _mostRows;
    private readonly double[] _held;
    private readonly List<TableSegment> _segments = [];
    private readonly List<int> _blankLines = [];
    private SeriesFill? _series;
    private DateTime _time;
    private int _line;
    private bool _isHeld;
    private bool _stepIsReported;

    /// <summary>A regularizer of the rows of a table.</summary>
    /// <param name="layout">Its columns.</param>
    /// <param name="name">Stands for it in messages.</param>
    /// <param name="step">The step that its series have in common.</param>
    /// <param name="fill">What stands in for missing values; without it rows stay as they are.</param>
    /// <param name="rows">How many there are.</param>
    /// <param name="sink">Gets the rows.</param>
    /// <param name="log">Gets the problems.</param>
    public TableRegularizer(TableLayout layout, string name, TimeStep? step, FillPolicy fill, int rows, IRowSink sink, DataProblemLog log)
    {
        (_layout, _name, _step, _fill, _rows, _sink, _log) = (layout, name, step, fill, rows, sink, log);
        _mostRows = Math.Min((long)LargestGrowth * rows + SmallTable, sink.Capacity);
        _held = new double[layout.Columns.Length];
    }

    /// <summary>The series so far; the last one is whole after <see cref="End"/>.</summary>
    public IReadOnlyList<TableSegment> Segments => _segments;

    /// <summary>Takes a row.</summary>
    /// <param name="id">The id of its series, the rows of which are together; empty in a table of one.</param>
    /// <param name="time">Its time, not before that of the row above of the same series.</param>
    /// <param name="line">The line that it came from.</param>
    /// <param name="isBlank">Whether it has known columns alone.</param>
    /// <param name="numbers">Its numbers.</param>
    public void Add(string id, DateTime time, int line, bool isBlank, ReadOnlySpan<double> numbers)
    {
        if (_series?.Id == id)
            ReportStep(line);
        if (_series?.Id != id)
        {
            End();
            _series = new SeriesFill(id, _layout, _name, _fill, _sink);
        }
        else if (time == _time)
        {
            ReportDuplicate(line, numbers);
            // Of rows with one time the last is kept.
            _isHeld &= _fill == FillPolicy.None;
        }
        else
        {
            ReportDistance(time, line);
            Release();
            InsertMissing(time, line);
        }
        Release();
        NoteBlank(line, isBlank);
        (_time, _line, _isHeld) = (time, line, true);
        numbers.CopyTo(_held);
    }

    /// <summary>Ends the last series.</summary>
    public void End()
    {
        if (_series is null)
            return;
        Release();
        _segments.Add(_series.End());
        _blankLines.Clear();
        _series = null;
    }

    private void Release()
    {
        if (_isHeld)
            _series!.Append(_time, _held);
        _isHeld = false;
    }

    private void InsertMissing(DateTime time, int line)
    {
        var steps = _fill == FillPolicy.None ? 1 : _step?.CountBetween(_time, time) ?? 1;
        if (steps > 1 && _sink.Count + steps > _mostRows)
            throw new UserException(FormattableString.Invariant(
                $"{_name}: line {line}: filling the gaps at a step of {_step} would make more than {_mostRows} rows; is a date wrong?"));
        for (; steps > 1; steps--)
            _series!.AppendMissing(_time = _step!.Add(_time, 1));
    }

    /// <summary>Rows without a value are the future, unless one with a value follows.</summary>
    private void NoteBlank(int line, bool isBlank)
    {
        if (isBlank)
        {
            _blankLines.Add(line);
            return;
        }
        foreach (var blank in _blankLines)
            foreach (var column in _layout.VariateColumns)
                RecordReader.ReportMissing(blank, _layout, column, _log);
        _blankLines.Clear();
    }

    /// <summary>Once, where a row first follows another of its series: series of one row each have no step that could be irregular.</summary>
    private void ReportStep(int line)
    {
        if (_step is null && _rows > 2 && !_stepIsReported)
            _log.Add(DataProblemKind.IrregularStep, line, _layout.DateColumn + 1, _rows,
                count => FormattableString.Invariant($"the {count} times have no regular step"));
        _stepIsReported = true;
    }

    private void ReportDuplicate(int line, ReadOnlySpan<double> numbers)
    {
        var same = numbers.SequenceEqual(_held);
        _log.Add(same ? DataProblemKind.DuplicateRow : DataProblemKind.DuplicateTime, line, _layout.DateColumn + 1,
            (Time: _time, Line: _line, Values: same ? "the same" : "other"),
            found => FormattableString.Invariant($"line {found.Line} has the time {TableCell.Text(found.Time)} too, with {found.Values} values"));
    }

    private void ReportDistance(DateTime time, int line)
    {
        var count = _step?.CountBetween(_time, time);
        if (_step is null || count == 1)
            return;
        _log.Add(count is null ? DataProblemKind.IrregularStep : DataProblemKind.Gap, line, _layout.DateColumn + 1,
            (From: _time, To: time, Step: _step, Missing: count - 1),
            found => FormattableString.Invariant($"from {TableCell.Text(found.From)} to {TableCell.Text(found.To)} ") + (found.Missing is { } missing
                ? FormattableString.Invariant($"{missing} {(missing == 1 ? "row is" : "rows are")} missing at a step of {found.Step}")
                : $"is no whole number of steps of {found.Step}"));
    }
}
