namespace Anyformer.Training.Logging;

/// <summary>
/// A run's metrics as JSON lines, one <see cref="MetricsEntry"/> a line. A line is in the file when <see cref="Append"/> returns and is
/// written in one piece, so a killed process tears at most the last line, which the next opening drops.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    private readonly FileStream _stream;

    private MetricsLog(FileStream stream) => _stream = stream;

    /// <summary>Begins a log, or goes on with the whole lines of an earlier one.</summary>
    /// <param name="path">The log file; it is made if it is missing, its folder is not.</param>
    /// <exception cref="UserException">A line is neither an entry nor the torn end of one: the file is not a metrics log.</exception>
    public static MetricsLog Open(string path) => Resume(path, long.MaxValue, int.MaxValue);

    /// <summary>
    /// Goes on after <paramref name="step"/> and <paramref name="epoch"/>: the first line of a later one and all that follow it are dropped.
    /// A run that was killed after an epoch's line and before the epoch's checkpoint comes to that line again, at the same step.
    /// </summary>
    /// <param name="path">The log file; it is made if it is missing, its folder is not.</param>
    /// <param name="step">The last step that stays.</param>
    /// <param name="epoch">The last epoch that stays.</param>
    /// <exception cref="UserException">A line is neither an entry nor the torn end of one: the file is not a metrics log.</exception>
    public static MetricsLog Resume(string path, long step, int epoch)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            var kept = Lines(stream, path).TakeWhile(line => line.Entry.Step <= step && line.Entry.Epoch <= epoch).Select(line => line.End).LastOrDefault();
            stream.SetLength(kept);
            stream.Position = kept;
            return new MetricsLog(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The entries of a log, also of one that is still written to; a torn last line is left out.</summary>
    /// <exception cref="UserException">The file is missing, or a line is neither an entry nor the torn end of one.</exception>
    public static IReadOnlyList<MetricsEntry> Read(string path)
    {
        if (!File.Exists(path))
            throw new UserException($"There is no metrics log '{path}'.");
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return [.. Lines(stream, path).Select(line => line.Entry)];
    }

    /// <summary>Writes one line.</summary>
    public void Append(MetricsEntry entry)
    {
        _stream.Write(entry.ToLine());
        _stream.Flush();
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    private static IEnumerable<(MetricsEntry Entry, long End)> Lines(Stream stream, string path)
    {
        var buffered = new BufferedStream(stream, 1 << 16);
        var line = new List<byte>();
        var (number, end) = (1, 0L);
        for (var next = buffered.ReadByte(); next >= 0; next = buffered.ReadByte())
        {
            end++;
            line.Add((byte)next);
            if (next != '\n')
                continue;
            yield return (MetricsEntry.FromLine(line.ToArray()) ?? throw NotALog(path, number), end);
            number++;
            line.Clear();
        }
        if (!MetricsEntry.CouldBegin(line.ToArray()))
            throw NotALog(path, number);
    }

    private static UserException NotALog(string path, int line) => new($"Line {line} of '{path}' is not a line of a metrics log.");
}
