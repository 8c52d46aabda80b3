using System.Text;

namespace Anyformer;

/// <summary>Files that appear whole or not at all: written beside their place, flushed to the disk, then renamed.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Replaces the file at <paramref name="path"/> with what <paramref name="write"/> writes; nothing changes when it throws.
    /// </summary>
    /// <exception cref="UserException">The folder is missing or may not be written to, or the path is a folder.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        var stream = Create(path, temporary);
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Replaces the file at <paramref name="path"/> with <paramref name="text"/>, in UTF-8.</summary>
    /// <exception cref="UserException">As <see cref="Write"/>.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Deletes what a process that was killed left half written in a folder and below.</summary>
    public static void DeleteLeftovers(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*.tmp", SearchOption.AllDirectories).Where(IsTemporary))
            File.Delete(path);
    }

    private static bool IsTemporary(string path) =>
        Guid.TryParseExact(Path.GetExtension(Path.GetFileNameWithoutExtension(path)).TrimStart('.'), "N", out _);

    private static FileStream Create(string path, string temporary)
    {
        if (Directory.Exists(path))
            throw new UserException($"'{path}' is a folder, expected the path of a file to write.");
        try
        {
            return new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (error is DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new UserException($"'{path}' cannot be written: its folder does not exist or may not be written to.", error);
        }
    }
}
