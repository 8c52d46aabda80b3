using System.IO.Compression;
using System.Security.Cryptography;

namespace Anyformer.Data.Sources;

/// <summary>Hashes of files as they are when uncompressed.</summary>
internal static class FileHash
{
    /// <summary>
    /// SHA-256 of the content of a file, of the uncompressed content when its name ends in <c>.gz</c>; null when that is damaged.
    /// </summary>
    public static string? Sha256(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            return Convert.ToHexStringLower(SHA256.HashData(content));
        }
        catch (InvalidDataException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: the file cannot be read ({error.Message}).", error);
        }
    }
}
