using System.Runtime.InteropServices;

namespace Anyformer.Data.TimeSeries;

/// <summary>The times, ids and numbers of a table, with the line that each row came from; NaN stands for a missing number.</summary>
internal sealed class TableCells
{
    private readonly List<DateTime> _times = [];
    private readonly List<int> _series = [];
    private readonly List<int> _lines = [];
    private readonly List<bool> _blank = [];
    private readonly List<double> _numbers = [];
    private readonly List<string> _ids = [];
    private readonly int _columns;

    private TableCells(int columns) => _columns = columns;

    public int RowCount => _times.Count;

    /// <summary>The ids in the order in which they came; one that is empty for a table of one series.</summary>
    public IReadOnlyList<string> Ids => _ids;

    /// <summary>Reads every row that has a time and an id.</summary>
    public static TableCells Read(TableRows rows, string name, TableLayout layout, TimeSeriesReadOptions options, DataProblemLog log)
    {
        var cells = new TableCells(layout.Columns.Length);
        var places = new Dictionary<string, int>();
        var dates = new DateReader(options.DateFormat);
        var reader = new RecordReader(rows, name, layout, dates, log);
        while (reader.Read())
        {
            if (Array.MaxLength - cells._numbers.Count < layout.Columns.Length)
                throw new UserException(FormattableString.Invariant($"{name}: the table holds more than {Array.MaxLength} values."));
            cells.Add(reader, places);
        }
        dates.RequireOrder(name, layout.Header[layout.DateColumn]);
        dates.Settle(cells._times);
        return cells;
    }

    public DateTime Time(int row) => _times[row];

    public int Line(int row) => _lines[row];

    /// <summary>The series of a row: the index of its id.</summary>
    public int Series(int row) => _series[row];

    /// <summary>Whether a row has columns known ahead alone.</summary>
    public bool IsBlank(int row) => _blank[row];

    /// <summary>The numbers of a row in the order of <see cref="TableLayout.Columns"/>.</summary>
    public ReadOnlySpan<double> Numbers(int row) => CollectionsMarshal.AsSpan(_numbers).Slice(row * _columns, _columns);

    private void Add(RecordReader record, Dictionary<string, int> places)
    {
        if (!places.TryGetValue(record.Id, out var series))
        {
            places.Add(record.Id, series = _ids.Count);
            _ids.Add(record.Id);
        }
        _times.Add(record.Time);
        _series.Add(series);
        _lines.Add(record.Line);
        _blank.Add(record.IsBlank);
        _numbers.AddRange(record.Numbers);
    }
}
