using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// What is kept of a table beside its rows. A cached table is a file of a hash of all that follows, the length of the JSON, the rows
/// (<see cref="RecordFile"/>) and this as JSON.
/// </summary>
internal sealed record CachedTable(
    CachedTableKey Key, ImmutableArray<string> Variates, ImmutableArray<string> Known, TimeStep? Step,
    ImmutableArray<TableSegment> Series, DataReport Warnings, DataReport Repairs)
{
    /// <summary>Where the rows begin.</summary>
    public const int HeaderBytes = SHA256.HashSizeInBytes + sizeof(long);

    private const int BufferSize = 1 << 16;

    private int RowCount => Series.Max(series => series.End);

    private int ColumnCount => Variates.Length + Known.Length;

    /// <summary>Writes all that is not rows to a file that has them.</summary>
    public void Complete(FileStream file, RecordFile records)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this);
        RandomAccess.Write(file.SafeFileHandle, json, records.End);
        RandomAccess.Write(file.SafeFileHandle, MemoryMarshal.AsBytes<long>([json.Length]), SHA256.HashSizeInBytes);
        file.Position = SHA256.HashSizeInBytes;
        RandomAccess.Write(file.SafeFileHandle, SHA256.HashData(file), 0);
    }

    /// <summary>Opens a cached table; null when there is none, or another one, or not every byte is as it was written.</summary>
    public static TimeSeriesTable? TryOpen(string path, CachedTableKey key)
    {
        if (!File.Exists(path))
            return null;
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferSize);
        if (TryRead(file, key) is not { } table)
        {
            file.Dispose();
            return null;
        }
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow); // Tables that are in use are kept.
        var records = new RecordFile(file, HeaderBytes, table.ColumnCount, table.RowCount);
        return new TimeSeriesTable(
            [.. table.Series.Select(series => new StreamedSeries(records, table.Variates, table.Known, table.Step, series))],
            table.Step, table.Warnings, table.Repairs);
    }

    private static CachedTable? TryRead(FileStream file, CachedTableKey key)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        if (file.Length < HeaderBytes || file.ReadAtLeast(hash, hash.Length) != hash.Length || !SHA256.HashData(file).SequenceEqual(hash))
            return null;
        long[] length = [0];
        file.Position = hash.Length;
        file.ReadExactly(MemoryMarshal.AsBytes(length.AsSpan()));
        var records = file.Length - HeaderBytes - length[0];
        if (length[0] < 0 || records < 0)
            return null;
        file.Position = HeaderBytes + records;
        try
        {
            return JsonSerializer.Deserialize<CachedTable>(file) is { } table && table.Key == key && table.Fits(records) ? table : null;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException)
        {
            return null; // Another version's.
        }
    }

    private bool Fits(long bytes) =>
        !Variates.IsDefaultOrEmpty && !Known.IsDefault && !Series.IsDefaultOrEmpty && Warnings is not null && Repairs is not null
        && Series.All(series => 0 <= series.Start && series.Start <= series.History && series.History <= series.End)
        && bytes == RecordFile.SizeOf(RowCount, ColumnCount);
}
