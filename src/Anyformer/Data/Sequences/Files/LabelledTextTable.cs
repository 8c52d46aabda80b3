using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Anyformer.Data.Sequences.Files;

/// <summary>
/// Lines of a label, a tab and a text; or of a label, two ids and two texts. The file stays on the disk: only where the texts lie is remembered, so
/// that a file of any size will do.
/// </summary>
internal sealed class LabelledTextTable : SequenceSamples
{
    private const int LargestLabel = 999;
    private const int BufferSize = 1 << 20;

    private static readonly string[] s_train = ["train"], s_validation = ["valid", "validation", "eval", "dev"], s_test = ["test"];

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly List<Line> _lines = [];

    private LabelledTextTable(string path, int texts, int longest)
    {
        (_path, _file) = (path, File.OpenHandle(path));
        Index(texts, longest);
        if (_lines.Count == 0)
            throw new UserException($"{path}: the file is empty, expected a line for every sample.");
    }

    /// <inheritdoc/>
    public override int Count => _lines.Count;

    /// <inheritdoc/>
    public override SequenceSample this[int index]
    {
        get
        {
            var line = _lines[index];
            return new SequenceSample(Read(line.First), line.Label, line.Second is { } second ? Read(second) : null);
        }
    }

    private int Classes => _lines.Max(line => line.Label) + 1;

    /// <summary>The tables of a folder: files called <c>train.tsv</c> or <c>anything.train.tsv</c>, and so on; null when there are none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="texts">Texts of a line, 1 or 2.</param>
    /// <param name="longest">Bytes of a text that are read.</param>
    /// <exception cref="UserException">One of the files is not such a table.</exception>
    internal static FileParts? PartsIn(string folder, int texts, int longest)
    {
        LabelledTextTable? Open(string[] names) =>
            Directory.EnumerateFiles(folder, "*.tsv").Order(StringComparer.Ordinal).FirstOrDefault(path => names.Any(name => IsPart(path, name))) is { } found
                ? new LabelledTextTable(found, texts, longest)
                : null;
        if (Open(s_train) is not { } train || Open(s_test) is not { } test)
            return null;
        var validation = Open(s_validation);
        return new FileParts(train, validation, test, new[] { train, test, validation }.Max(part => part?.Classes ?? 0));
    }

    private static bool IsPart(string path, string name) =>
        Path.GetFileName(path) is var file && (file == $"{name}.tsv" || file.EndsWith($".{name}.tsv", StringComparison.Ordinal));

    private byte[] Read(Span text)
    {
        var bytes = new byte[text.Length];
        for (var read = 0; read < bytes.Length;)
            read += RandomAccess.Read(_file, bytes.AsSpan(read), text.Start + read) is > 0 and var more ? more
                : throw new UserException($"{_path}: the file has become shorter while it was read.");
        return bytes;
    }

    /// <summary>Finds the lines and in each the tabs; no line is ever held as a whole.</summary>
    private void Index(int texts, int longest)
    {
        var (buffer, tabs, start) = (new byte[BufferSize], new List<long>(), 0L);
        var last = 0L;
        for (int read; (read = RandomAccess.Read(_file, buffer, last)) > 0; last += read)
            for (var i = 0; i < read; i++)
                if (buffer[i] == '\t')
                    tabs.Add(last + i);
                else if (buffer[i] == '\n')
                    start = EndLine(start, last + i, tabs, texts, longest);
        if (start < last)
            EndLine(start, last, tabs, texts, longest);
    }

    /// <summary>Where the next line begins.</summary>
    private long EndLine(long start, long end, List<long> tabs, int texts, int longest)
    {
        var number = _lines.Count + 1;
        var fields = texts == 1 ? 2 : 5;
        // A tab inside the last text is part of it.
        if (tabs.Count < fields - 1)
            throw new UserException($"{_path}: line {number} has {tabs.Count + 1} fields, expected {(texts == 1 ? "a label, a tab and a text" : "a label, two ids and two texts between tabs")}.");
        var last = end > start && Read(new Span(end - 1, 1))[0] == '\r' ? end - 1 : end;
        Span Between(long from, long to) => new(from, (int)Math.Clamp(to - from, 0, longest));
        var first = texts == 1 ? Between(tabs[0] + 1, last) : Between(tabs[2] + 1, tabs[3]);
        _lines.Add(new Line(Label(start, tabs[0], number), first, texts == 1 ? null : Between(tabs[3] + 1, last)));
        tabs.Clear();
        return end + 1;
    }

    /// <summary>A label is a whole number; some files write it with decimals.</summary>
    private int Label(long start, long end, int number)
    {
        const int longest = 24;
        var text = Read(new Span(start, (int)Math.Min(end - start, longest)));
        return Utf8Parser.TryParse(text, out double label, out var used) && used == text.Length && label is >= 0 and <= LargestLabel && label == Math.Floor(label)
            ? (int)label
            : throw new UserException($"{_path}: line {number} begins with '{System.Text.Encoding.UTF8.GetString(text)}', expected a class from 0 on.");
    }

    private readonly record struct Span(long Start, int Length);

    private sealed record Line(int Label, Span First, Span? Second);
}
