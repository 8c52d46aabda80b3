using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Anyformer.Data.Images.Files;

namespace Anyformer.Data.Images.Sets;

/// <summary>
/// Archives of images, unpacked once. Of an archive only images are taken, none of them to a place outside the folder, and no more bytes than images
/// can have been packed from.
/// </summary>
internal static class ImageArchive
{
    // JPEG and PNG hardly shrink any more; what grows more than this is no archive of images.
    private const long MostGrowth = 16, AlwaysAllowed = 1 << 26;

    private static readonly string[] s_endings = [".tar", ".tar.gz", ".tgz", ".zip"];

    /// <summary>Whether a file is an archive by its name.</summary>
    internal static bool IsArchive(string path) => s_endings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>The only archive of a folder; null when there is none or more than one.</summary>
    internal static string? In(string folder) => Directory.EnumerateFiles(folder).Where(IsArchive).Take(2).ToArray() is [var only] ? only : null;

    /// <summary>The folder that an archive was unpacked to, now or before.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="cacheFolder">Where such folders are kept; made when needed.</param>
    /// <exception cref="UserException">The archive is damaged or is none of images, or cannot be unpacked.</exception>
    internal static string Unpack(string path, string cacheFolder)
    {
        var target = Path.Combine(cacheFolder, "images", Key(path));
        if (Directory.Exists(target))
            return target;
        var part = Directory.CreateDirectory($"{target}.{Path.GetRandomFileName()}").FullName;
        try
        {
            Unpack(path, part, new FileInfo(path).Length * MostGrowth + AlwaysAllowed);
            if (!Directory.Exists(target)) // Another process may have been faster.
                Directory.Move(part, target);
            return target;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: the archive is damaged or cannot be unpacked ({error.Message}).", error);
        }
        finally
        {
            if (Directory.Exists(part))
                Directory.Delete(part, recursive: true);
        }
    }

    private static void Unpack(string path, string folder, long mostBytes)
    {
        foreach (var (name, content) in path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? Zipped(path) : Taped(path))
        {
            if (PlaceOf(name, path) is not { } place)
                continue;
            var file = Path.Combine(folder, place);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using var target = File.Create(file);
            mostBytes -= Copy(content, target, mostBytes, path);
        }
    }

    private static IEnumerable<(string Name, Stream Content)> Taped(string path)
    {
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith("z", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && entry.DataStream is { } content)
                yield return (entry.Name, content);
    }

    private static IEnumerable<(string Name, Stream Content)> Zipped(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        foreach (var entry in archive.Entries)
        {
            using var content = entry.Open();
            yield return (entry.FullName, content);
        }
    }

    /// <summary>Where an image goes, relative to the folder; null for what is no image, and for files that are hidden or come of macOS.</summary>
    private static string? PlaceOf(string name, string archive)
    {
        string[] parts = [.. name.Split('/', '\\').Where(part => part is not ("" or "."))];
        if (parts.Contains("..") || Path.IsPathRooted(name))
            throw new UserException($"{archive}: the archive has the entry '{name}', which leads out of it.");
        return ImageFile.IsNamedSo(name) && !parts.Any(part => part[0] == '.' || part == "__MACOSX") ? Path.Combine(parts) : null;
    }

    private static long Copy(Stream content, FileStream target, long most, string archive)
    {
        var buffer = new byte[1 << 16];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            target.Write(buffer, 0, read);
            if (target.Length > most)
                throw new UserException($"{archive}: the archive unpacks to more than {MostGrowth} times its size, which images do not.");
        }

        return target.Length;
    }

    private static string Key(string path)
    {
        var file = new FileInfo(path);
        var text = string.Create(CultureInfo.InvariantCulture, $"{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }
}
