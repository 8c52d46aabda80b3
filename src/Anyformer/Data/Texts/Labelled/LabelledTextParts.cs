using Anyformer.Data.Sources;

namespace Anyformer.Data.Texts.Labelled;

/// <summary>Texts with their classes, by part.</summary>
/// <param name="Train">What is learnt from.</param>
/// <param name="Validation">What decides which weights are best; null when there is no such part.</param>
/// <param name="Test">What the result is measured on; null when there is no such part.</param>
internal sealed record LabelledTextParts(
    IReadOnlyList<LabelledText> Train, IReadOnlyList<LabelledText>? Validation = null, IReadOnlyList<LabelledText>? Test = null)
{
    private static readonly string[] s_train = ["train", "training"], s_validation = ["validation", "valid", "val", "dev"], s_test = ["test", "testing"];

    /// <summary>What a path holds, with all parts that it has.</summary>
    /// <param name="source">
    /// A table, or a folder with the tables <c>train</c>, <c>validation</c> and <c>test</c>, with class folders of texts, or with such folders in folders of
    /// those names.
    /// </param>
    /// <param name="columns">What is read of tables.</param>
    /// <param name="store">Where folders are looked for.</param>
    /// <exception cref="UserException">It holds no texts with classes.</exception>
    internal static LabelledTextParts Read(string source, TextColumns columns, DataStore store)
    {
        if (File.Exists(source))
            return ByColumn(TextTable.Read(source, columns), source);
        var folder = store.FindFolder(source) ?? throw new UserException($"There are no texts '{source}': expected a table ({string.Join(", ", TextTable.Endings)}) or a folder.");
        if (Part(folder, s_train, columns) is { } train)
            return new LabelledTextParts(train, Part(folder, s_validation, columns), Part(folder, s_test, columns));
        if (ClassFolders(folder, columns) is { } texts)
            return new LabelledTextParts(texts);
        return Directory.EnumerateFiles(folder).Where(TextTable.Is).ToArray() switch
        {
            [var only] => ByColumn(TextTable.Read(only, columns), only),
            [] => throw new UserException($"The folder '{folder}' holds no texts with classes: expected a table train.csv, .tsv or .jsonl, or <class>/<name>.txt, with train/ and test/ above or without."),
            var several => throw new UserException($"The folder '{folder}' has {several.Length} tables, name one of them: {string.Join(", ", several.Select(Path.GetFileName).Order(StringComparer.Ordinal))}."),
        };
    }

    /// <summary>The texts of one part: a table, or class folders.</summary>
    /// <exception cref="UserException">It holds no texts with classes.</exception>
    internal static IReadOnlyList<LabelledText> ReadOne(string source, TextColumns columns, DataStore store) => File.Exists(source)
        ? TextTable.Read(source, columns)
        : (store.FindFolder(source) is { } folder ? ClassFolders(folder, columns) : null)
            ?? throw new UserException($"There are no texts '{source}': expected a table ({string.Join(", ", TextTable.Endings)}) or class folders of .txt.");

    private static IReadOnlyList<LabelledText>? Part(string folder, string[] names, TextColumns columns)
    {
        var table = names.SelectMany(name => TextTable.Endings.Select(ending => Path.Combine(folder, name + ending))).FirstOrDefault(File.Exists);
        if (table is not null)
            return TextTable.Read(table, columns);
        return names.Select(name => Path.Combine(folder, name)).FirstOrDefault(Directory.Exists) is { } part ? ClassFolders(part, columns) : null;
    }

    /// <summary>The texts of a folder of class folders; null when it is none.</summary>
    private static IReadOnlyList<LabelledText>? ClassFolders(string folder, TextColumns columns)
    {
        LabelledText[] texts = [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
            .SelectMany(name => Directory.EnumerateFiles(name, "*.txt").Order(StringComparer.Ordinal))
            .Select(path => new LabelledText(TextFile.Read(path).Trim(), null, Path.GetFileName(Path.GetDirectoryName(path))))];
        if (texts.Length == 0)
            return null;
        return columns.Pair is null ? texts
            : throw new UserException($"The class folders in '{folder}' hold single texts, so the recipe's second text '{columns.Pair}' cannot be found there.");
    }

    /// <summary>The rows of a table by the part that they say, or all to learn from.</summary>
    private static LabelledTextParts ByColumn(IReadOnlyList<LabelledText> rows, string path)
    {
        if (rows.All(row => row.Part is null))
            return new LabelledTextParts(rows);
        var parts = rows.ToLookup(row => s_train.Contains(row.Part) ? s_train : s_validation.Contains(row.Part) ? s_validation : s_test.Contains(row.Part) ? s_test
            : throw new UserException($"{path}: a row says that it belongs to '{row.Part}', expected one of {string.Join(", ", [.. s_train, .. s_validation, .. s_test])}."));
        IReadOnlyList<LabelledText>? Of(string[] part) => parts.Contains(part) ? [.. parts[part]] : null;
        return new LabelledTextParts(Of(s_train) ?? throw new UserException($"{path}: no row belongs to the part '{s_train[0]}'."), Of(s_validation), Of(s_test));
    }
}
