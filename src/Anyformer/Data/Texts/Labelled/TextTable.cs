using System.Globalization;
using System.Text;
using System.Text.Json;
using Anyformer.Data.TimeSeries;
using CsvHelper;
using CsvHelper.Configuration;

namespace Anyformer.Data.Texts.Labelled;

/// <summary>
/// Reads tables of texts: <c>.csv</c> with a header, whose fields may be quoted; <c>.tsv</c> with a header, in which quotes are text; and JSON lines, an
/// object a line. UTF-8, plain or with <c>.gz</c> added.
/// </summary>
internal static class TextTable
{
    private const string CommaSeparated = ".csv", TabSeparated = ".tsv", Compressed = ".gz";

    private static readonly string[] s_jsonLines = [".jsonl", ".ndjson"];

    /// <summary>The endings of files that are tables of texts.</summary>
    internal static IReadOnlyList<string> Endings { get; } =
        [.. ((string[])[CommaSeparated, TabSeparated, .. s_jsonLines]).SelectMany(ending => new[] { ending, ending + Compressed })];

    /// <summary>Whether a file is a table of texts by its name.</summary>
    internal static bool Is(string path) => Endings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>The rows of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">What is read of each row.</param>
    /// <exception cref="UserException">It is no table of texts, or lacks a column or a cell.</exception>
    internal static IReadOnlyList<LabelledText> Read(string path, TextColumns columns)
    {
        if (!Is(path))
            throw new UserException($"'{path}' is no table of texts by its name, expected one that ends in {string.Join(", ", Endings)}.");
        try
        {
            var plain = path.EndsWith(Compressed, StringComparison.OrdinalIgnoreCase) ? path[..^Compressed.Length] : path;
            LabelledText[] rows = [.. s_jsonLines.Contains(Path.GetExtension(plain), StringComparer.OrdinalIgnoreCase)
                ? JsonLines(path, columns)
                : Fields(path, columns, hasTabs: plain.EndsWith(TabSeparated, StringComparison.OrdinalIgnoreCase))];
            return rows.Length > 0 ? rows : throw new UserException($"{path}: the table is empty, expected a row for every text.");
        }
        catch (DecoderFallbackException problem)
        {
            throw new UserException($"'{path}' is no text in UTF-8.", problem);
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UserException($"'{path}' cannot be read ({problem.Message.TrimEnd('.')}).", problem);
        }
    }

    private static IEnumerable<LabelledText> Fields(string path, TextColumns columns, bool hasTabs)
    {
        using var text = new GuardedTextReader(TextFile.Open(path), path);
        using var parser = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            BadDataFound = null,
            Mode = hasTabs ? CsvMode.NoEscape : CsvMode.RFC4180,
            Delimiter = hasTabs ? "\t" : $"{Delimiter(path)}",
        });
        if (!parser.Read())
            yield break;
        string[] header = [.. parser.Record!.Select(name => name.Trim())];
        foreach (var name in columns.Names.Where(name => !header.Contains(name)))
            throw new UserException($"{path}: there is no column '{name}', it has {string.Join(", ", header)}.");
        while (parser.Read())
        {
            var (record, row) = (parser.Record!, parser.RawRow);
            if (record.Length != header.Length)
                throw new UserException($"{path}: line {row} has {record.Length} fields, expected {header.Length} as in the header.");
            yield return Row(columns, name => record[Array.IndexOf(header, name)]);
        }
    }

    /// <summary>What separates the fields of the header.</summary>
    private static char Delimiter(string path)
    {
        using var text = TextFile.Open(path);
        return DelimiterDetector.Detect([text.ReadLine() ?? ""]) ?? ',';
    }

    private static IEnumerable<LabelledText> JsonLines(string path, TextColumns columns)
    {
        using var text = TextFile.Open(path);
        for (var line = 1; text.ReadLine() is { } json; line++)
            if (json.Length > 0)
                yield return Row(columns, json, path, line);
    }

    private static LabelledText Row(TextColumns columns, string json, string path, int line)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var row = document.RootElement;
            return row.ValueKind == JsonValueKind.Object ? Row(columns, name => Value(row, name, path, line))
                : throw new UserException($"{path}: line {line} is {row.ValueKind}, expected a JSON object.");
        }
        catch (JsonException problem)
        {
            throw new UserException($"{path}: line {line} is no JSON object.", problem);
        }
        catch (InvalidOperationException problem)
        {
            throw new UserException($"{path}: line {line} is no text, it has half a surrogate pair.", problem);
        }
    }

    private static string Value(JsonElement row, string name, string path, int line) => !row.TryGetProperty(name, out var value)
        ? throw new UserException($"{path}: line {line} has no property '{name}', it has {string.Join(", ", row.EnumerateObject().Select(property => property.Name))}.")
        : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            JsonValueKind.Null => "",
            _ => throw new UserException($"{path}: '{name}' in line {line} is {value.ValueKind}, expected a text or a number."),
        };

    private static LabelledText Row(TextColumns columns, Func<string, string> cell) => new(
        cell(columns.Text),
        columns.Pair is { } pair ? cell(pair) : null,
        columns.Label is { } label ? cell(label).Trim() : null,
        columns.Part is { } part ? cell(part).Trim() : null);
}
