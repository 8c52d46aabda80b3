using System.Buffers;
using System.Runtime.InteropServices;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Rows in a file, each of one size: the time and then the numbers, 8 bytes each, as this machine has them in memory. It reads where it is
/// asked, so that memory does not grow with the file.
/// </summary>
internal sealed class RecordFile : IRowSink
{
    private const int BufferRows = 4096;

    // Kept, not just its handle: the file stays open while somebody may read.
    private readonly FileStream _file;
    private readonly long _start;
    private readonly int _width;
    private readonly double[] _unwritten;
    private int _written;
    private int _waiting;

    /// <summary>The rows of an open file.</summary>
    /// <param name="file">The file, to be read; and to be written where rows are added.</param>
    /// <param name="start">Where in it the rows begin.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="count">Rows that are in the file.</param>
    public RecordFile(FileStream file, long start, int columns, int count = 0)
    {
        (_file, _start, _width, _written) = (file, start, columns + 1, count);
        _unwritten = file.CanWrite ? new double[BufferRows * _width] : [];
    }

    public int Count => _written + _waiting;

    public int Capacity => Array.MaxLength;

    /// <summary>Where in the file the rows end.</summary>
    public long End => OffsetOf(Count);

    /// <summary>Bytes of rows.</summary>
    public static long SizeOf(int rows, int columns) => (long)rows * (columns + 1) * sizeof(double);

    public void Append(DateTime time, ReadOnlySpan<double> numbers)
    {
        if (_waiting == BufferRows)
            Flush();
        var record = _unwritten.AsSpan(_waiting * _width, _width);
        record[0] = BitConverter.Int64BitsToDouble(time.Ticks);
        numbers.CopyTo(record[1..]);
        _waiting++;
    }

    public void Set(int row, int column, double number)
    {
        if (row >= _written)
            _unwritten[(row - _written) * _width + 1 + column] = number;
        else
            RandomAccess.Write(
                _file.SafeFileHandle, MemoryMarshal.AsBytes(new ReadOnlySpan<double>(in number)), OffsetOf(row) + (1 + column) * sizeof(double));
    }

    public DateTime TimeAt(int row)
    {
        Span<DateTime> time = stackalloc DateTime[1];
        CopyTimes(row, time);
        return time[0];
    }

    /// <summary>Writes what waits.</summary>
    public void Flush()
    {
        RandomAccess.Write(_file.SafeFileHandle, MemoryMarshal.AsBytes(_unwritten.AsSpan(0, _waiting * _width)), OffsetOf(_written));
        (_written, _waiting) = (_written + _waiting, 0);
    }

    /// <summary>Copies the times of rows from one on.</summary>
    public void CopyTimes(int row, Span<DateTime> times)
    {
        var records = Read(row, times.Length);
        for (var i = 0; i < times.Length; i++)
            times[i] = TimeOf(records[i * _width]);
        ArrayPool<double>.Shared.Return(records);
    }

    /// <summary>Copies some columns of rows from one on, row-major.</summary>
    public void CopyColumns(int row, int first, int columns, Span<double> numbers)
    {
        if (columns == 0)
            return;
        var rows = numbers.Length / columns;
        var records = Read(row, rows);
        for (var i = 0; i < rows; i++)
            records.AsSpan(i * _width + 1 + first, columns).CopyTo(numbers[(i * columns)..]);
        ArrayPool<double>.Shared.Return(records);
    }

    /// <summary>Shows every row, in order.</summary>
    public void Visit(Action<DateTime, ReadOnlySpan<double>> visit)
    {
        for (var row = 0; row < Count; row += BufferRows)
        {
            var rows = Math.Min(BufferRows, Count - row);
            var records = Read(row, rows);
            for (var i = 0; i < rows; i++)
                visit(TimeOf(records[i * _width]), records.AsSpan(i * _width + 1, _width - 1));
            ArrayPool<double>.Shared.Return(records);
        }
    }

    private static DateTime TimeOf(double bits) => new(BitConverter.DoubleToInt64Bits(bits));

    /// <summary>A pooled array that begins with the records of some rows.</summary>
    private double[] Read(int row, int rows)
    {
        var records = ArrayPool<double>.Shared.Rent(rows * _width);
        var inFile = Math.Clamp(_written - row, 0, rows);
        var bytes = MemoryMarshal.AsBytes(records.AsSpan(0, inFile * _width));
        for (var read = 0; read < bytes.Length;)
            read += RandomAccess.Read(_file.SafeFileHandle, bytes[read..], OffsetOf(row) + read) is > 0 and var more
                ? more
                : throw new UserException($"{_file.Name}: the cached table was cut short while it was read; run again.");
        _unwritten.AsSpan(Math.Max(0, row - _written) * _width, (rows - inFile) * _width).CopyTo(records.AsSpan(inFile * _width));
        return records;
    }

    private long OffsetOf(int row) => _start + SizeOf(row, _width - 1);
}
