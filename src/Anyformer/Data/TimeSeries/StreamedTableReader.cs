namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Reads long tables without holding them in memory: the first time, their rows go as numbers to a file in a cache folder; from there they are
/// read where and when they are needed. What comes of it is the same to the last bit as what <see cref="TimeSeriesReader"/> gives, but the rows
/// of each series must be together and in the order of time: there is no sorting.
/// </summary>
/// <remarks>
/// A cached table has 8 bytes for the time and each number of a row. It is taken again for a file of the same path, size and time of writing that
/// is read with the same options by the same build, and only when its hash tells that every byte is as it was written; else it is made anew.
/// </remarks>
public static class StreamedTableReader
{
    private const long LongTable = 32 << 20;
    private static readonly TimeSpan s_keptUnused = TimeSpan.FromDays(30);
    private static readonly TimeSpan s_longestWriting = TimeSpan.FromDays(1);

    /// <summary>Whether a file is so long that it had better be read so: 32 MiB or more.</summary>
    public static bool IsLong(string path) => new FileInfo(path) is { Exists: true, Length: >= LongTable };

    /// <summary>Reads every series of the file at <paramref name="path"/>.</summary>
    /// <param name="path">The table.</param>
    /// <param name="options">How it is to be read.</param>
    /// <param name="cacheFolder">
    /// Where its rows go; made when needed, for this user alone. Cached tables that were not used there for 30 days are deleted.
    /// </param>
    /// <exception cref="UnstreamableTableException">The rows are not in order, or the cache folder cannot hold them.</exception>
    /// <exception cref="UserException">
    /// The file cannot be opened, is no table of time series, or has problems and no fill policy is given.
    /// </exception>
    public static TimeSeriesTable ReadAll(string path, TimeSeriesReadOptions options, string cacheFolder)
    {
        // The key comes first: what is written to the file from here on makes another key next time.
        var key = CachedTableKey.Of(path, options);
        using var text = TableFile.Open(path);
        var cached = Path.Combine(cacheFolder, key.FileName);
        try
        {
            if (CachedTable.TryOpen(cached, key) is { } table)
                return table;
            Make(cacheFolder);
            DeleteOld(cacheFolder);
            using var temporary = new FileStream($"{cached}.{Guid.NewGuid():N}.lines.tmp",
                FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            AtomicFile.Write(cached, target => Convert(text, path, options, key, temporary, target));
            return CachedTable.TryOpen(cached, key) ?? throw new UserException($"{cached}: the cached table was changed while it was written; run again.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UnstreamableTableException($"{cacheFolder}: the rows of {path} cannot be kept there ({error.Message}).", error);
        }
    }

    private static void Convert(
        TextReader text, string name, TimeSeriesReadOptions options, CachedTableKey key, FileStream temporary, FileStream target)
    {
        using var rows = new TableRows(text, name, options.Delimiter);
        var layout = TableLayout.Find(rows, name, options);
        var log = new DataProblemLog();
        var lines = new LineFile(new RecordFile(temporary, 0, 1 + layout.Columns.Length), name, layout, log);
        lines.Read(rows, Dates(name, layout, options));
        var records = new RecordFile(target, CachedTable.HeaderBytes, layout.Columns.Length);
        var regularizer = new TableRegularizer(layout, name, lines.Step, options.Fill, lines.Count, records, log);
        lines.CopyTo(regularizer);
        records.Flush();
        var (warnings, repairs) = TimeSeriesReader.Judge(regularizer.Segments, options.Fill, name, log);
        new CachedTable(key, layout.Variates, layout.Known, lines.Step, [.. regularizer.Segments], warnings, repairs).Complete(target, records);
    }

    /// <summary>A reader of dates that knows the order of day and month before the first row: times cannot be put right later.</summary>
    private static DateReader Dates(string path, TableLayout layout, TimeSeriesReadOptions options)
    {
        using var text = TableFile.Open(path);
        using var rows = new TableRows(text, path, options.Delimiter);
        var dates = new DateReader(options.DateFormat);
        rows.Read();
        while (!dates.IsSettled && rows.Read())
            if (layout.DateColumn < rows.Count)
                dates.TryRead(rows[layout.DateColumn], out _);
        dates.RequireOrder(path, layout.Header[layout.DateColumn]);
        return dates;
    }

    /// <summary>Makes a folder that no other user can look into, for the tables may be private.</summary>
    private static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void DeleteOld(string folder)
    {
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*.rows*"))
            if (DateTime.UtcNow - file.LastWriteTimeUtc > (file.Extension == ".tmp" ? s_longestWriting : s_keptUnused))
                file.Delete();
    }
}
