using System.Runtime.InteropServices;

namespace Anyformer.Data.TimeSeries;

/// <summary>Rows in memory.</summary>
internal sealed class RowList(int columns) : IRowSink
{
    private readonly List<DateTime> _times = [];
    private readonly List<double> _numbers = [];

    public int Count => _times.Count;

    public int Capacity => Array.MaxLength / columns;

    /// <summary>The times of all rows.</summary>
    public ReadOnlySpan<DateTime> Times => CollectionsMarshal.AsSpan(_times);

    /// <summary>The numbers of a row.</summary>
    public ReadOnlySpan<double> this[int row] => CollectionsMarshal.AsSpan(_numbers).Slice(row * columns, columns);

    public void Append(DateTime time, ReadOnlySpan<double> numbers)
    {
        _times.Add(time);
        _numbers.AddRange(numbers);
    }

    public void Set(int row, int column, double number) => _numbers[row * columns + column] = number;

    public DateTime TimeAt(int row) => _times[row];
}
