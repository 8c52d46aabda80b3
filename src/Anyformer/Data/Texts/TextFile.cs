using System.IO.Compression;
using System.Text;
using Anyformer.Data.Sources;

namespace Anyformer.Data.Texts;

/// <summary>Reads texts: UTF-8, plain or gzip-compressed.</summary>
internal static class TextFile
{
    /// <summary>The one text that a source means: a file, or the text file of a folder of that name.</summary>
    /// <exception cref="UserException">There is no such file, or several.</exception>
    public static string Find(string source, DataStore store)
    {
        var texts = FindAll(source, store);
        return texts is [var only] ? only : throw new UserException(
            $"The folder '{Path.GetDirectoryName(texts[0])}' has {texts.Count} texts, name one of them: {string.Join(", ", texts.Select(Path.GetFileName))}.");
    }

    /// <summary>The texts that a source means: a file, or the text files of a folder of that name.</summary>
    /// <exception cref="UserException">There is none.</exception>
    public static IReadOnlyList<string> FindAll(string source, DataStore store)
    {
        if (File.Exists(source))
            return [source];
        var folder = store.FindFolder(source) ?? throw new UserException($"There is no text '{source}': expected a file, or a folder with one.");
        string[] texts = [.. new[] { "*.txt", "*.txt.gz" }.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern)).Order(StringComparer.Ordinal)];
        return texts.Length > 0 ? texts : throw new UserException($"The folder '{folder}' has no text, expected one file *.txt or *.txt.gz.");
    }

    /// <summary>The text of a file.</summary>
    /// <exception cref="UserException">It cannot be read, or is not UTF-8.</exception>
    public static string Read(string path)
    {
        try
        {
            using var reader = Open(path);
            return reader.ReadToEnd();
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

    /// <summary>Opens a text; what is not UTF-8 throws a <see cref="DecoderFallbackException"/>.</summary>
    internal static StreamReader Open(string path)
    {
        var file = File.OpenRead(path);
        Stream content = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        return new StreamReader(content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
    }
}
