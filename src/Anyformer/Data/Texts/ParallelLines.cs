using Anyformer.Data.Sources;

namespace Anyformer.Data.Texts;

/// <summary>Reads two files whose lines go together: <c>train.de</c> and <c>train.en</c>, plain or gzip-compressed.</summary>
internal static class ParallelLines
{
    /// <summary>The lines of a part, without spaces around them.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="part">The file's name before the language: <c>train</c>.</param>
    /// <param name="from">The language of the texts, as files end: <c>de</c>.</param>
    /// <param name="to">The language of the translations.</param>
    /// <exception cref="UserException">A file is missing, or one has more lines than the other.</exception>
    public static IReadOnlyList<(string From, string To)> Read(string folder, string part, string from, string to)
    {
        var (texts, translations) = (Lines(folder, part, from), Lines(folder, part, to));
        return texts.Length == translations.Length ? [.. texts.Zip(translations)]
            : throw new UserException($"The lines of '{part}.{from}' and '{part}.{to}' in '{folder}' go together, but there are {texts.Length} and {translations.Length}.");
    }

    /// <summary>The folder of a source.</summary>
    /// <exception cref="UserException">There is none.</exception>
    public static string Folder(string source, DataStore store) =>
        store.FindFolder(source) ?? throw new UserException($"There is no folder '{source}' with translated texts: expected files as train.de and train.en.");

    private static string[] Lines(string folder, string part, string language)
    {
        var path = Path.Combine(folder, $"{part}.{language}");
        var found = new[] { path, path + ".gz", path + ".txt" }.FirstOrDefault(File.Exists)
            ?? throw new UserException($"The folder '{folder}' has no file '{part}.{language}', plain or with .gz.");
        var lines = TextFile.Read(found).Split('\n');
        return [.. (lines[^1].Length == 0 ? lines[..^1] : lines).Select(line => line.Trim())];
    }
}
