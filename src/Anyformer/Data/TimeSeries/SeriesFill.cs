namespace Anyformer.Data.TimeSeries;

/// <summary>Puts the rows of one series into a sink, with numbers in the place of missing ones, and notes where its history ends.</summary>
internal sealed class SeriesFill
{
    private readonly TableLayout _layout;
    private readonly string _name;
    private readonly FillPolicy _fill;
    private readonly IRowSink _sink;
    private readonly int _start;
    private readonly ColumnState[] _columns;
    private readonly double[] _numbers;
    private readonly double[] _nothing;
    private int _history;
    private bool _isBlank;
    private bool _hasMissing;

    public SeriesFill(string id, TableLayout layout, string name, FillPolicy fill, IRowSink sink)
    {
        (Id, _layout, _name, _fill, _sink) = (id, layout, name, fill, sink);
        _start = _history = sink.Count;
        _columns = new ColumnState[layout.Columns.Length];
        Array.Fill(_columns, new ColumnState(false, double.NaN, default, -1));
        (_numbers, _nothing) = (new double[_columns.Length], new double[_columns.Length]);
        Array.Fill(_nothing, double.NaN);
    }

    /// <summary>The id of the series; empty in a table of one.</summary>
    public string Id { get; }

    private int VariateCount => _layout.VariateColumns.Length;

    public void AppendMissing(DateTime time) => Append(time, _nothing);

    public void Append(DateTime time, ReadOnlySpan<double> numbers)
    {
        NoteMissing(numbers[..VariateCount]);
        for (var column = 0; column < numbers.Length; column++)
            _numbers[column] = double.IsNaN(numbers[column]) ? Fill(column) : numbers[column];
        _sink.Append(time, _numbers);
        for (var column = 0; column < numbers.Length; column++)
            if (!double.IsNaN(numbers[column]))
                Learn(column, time, numbers[column]);
    }

    /// <summary>Ends the series.</summary>
    /// <exception cref="UserException">A column holds no number to fill from.</exception>
    public TableSegment End()
    {
        for (var column = 0; column < _columns.Length && _fill != FillPolicy.None; column++)
        {
            var state = _columns[column];
            var rows = (column < VariateCount ? _history : _sink.Count) - _start;
            // A series of many may have a column that it has nothing in.
            if (rows > 0 && !state.HasNumber && !(IsMasked(column) && _layout.IdColumn >= 0))
                throw new UserException($"{_name}: the column '{_layout.Header[_layout.Columns[column]]}'"
                    + $"{(_layout.IdColumn < 0 ? "" : $" of '{Id}'")} holds no number.");
            for (var row = state.Open; row >= 0 && row < _sink.Count; row++)
                _sink.Set(row, column, state.Last);
        }
        return new TableSegment(_layout.IdColumn < 0 ? null : Id, _start, _history, _sink.Count, _hasMissing && _fill == FillPolicy.Mask);
    }

    /// <summary>The history ends with the last row that has a value; without known columns, with the last row.</summary>
    private void NoteMissing(ReadOnlySpan<double> values)
    {
        var missing = 0;
        foreach (var value in values)
            missing += double.IsNaN(value) ? 1 : 0;
        if (missing == values.Length && _layout.KnownColumns.Length > 0)
        {
            _isBlank = true;
            return;
        }
        _hasMissing |= _isBlank || missing > 0;
        (_isBlank, _history) = (false, _sink.Count + 1);
    }

    // A column known ahead cannot be masked: its last number holds.
    private bool IsMasked(int column) => _fill == FillPolicy.Mask && column < VariateCount;

    /// <summary>What stands in for a missing number as far as is known by now; what comes later may fill it.</summary>
    private double Fill(int column)
    {
        ref var state = ref _columns[column];
        if (_fill == FillPolicy.None || IsMasked(column))
            return double.NaN;
        if (_fill == FillPolicy.Zero)
            return 0;
        if (_fill != FillPolicy.Linear && state.HasNumber)
            return state.Last;
        state = state with { Open = state.Open < 0 ? _sink.Count : state.Open };
        return double.NaN;
    }

    /// <summary>Fills the rows that waited for a number: at the start of a series with it, else on the line to it.</summary>
    private void Learn(int column, DateTime time, double number)
    {
        var state = _columns[column];
        for (var row = state.Open; row >= 0 && row < _sink.Count - 1; row++)
            _sink.Set(row, column, state.HasNumber
                ? state.Last + (number - state.Last) * ((_sink.TimeAt(row) - state.LastTime) / (time - state.LastTime))
                : number);
        _columns[column] = new ColumnState(true, number, time, -1);
    }

    /// <summary>The last number of a column, and the first row since then that waits for the next one.</summary>
    private readonly record struct ColumnState(bool HasNumber, double Last, DateTime LastTime, int Open);
}
