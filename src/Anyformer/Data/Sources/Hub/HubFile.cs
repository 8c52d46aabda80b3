using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Anyformer.Data.Sources.Hub;

/// <summary>A file of a repository of the hub.</summary>
/// <param name="Path">Its path in the repository, with slashes.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Hash">SHA-256 of a large file, and of others the SHA-1 that git knows them by; the cache names blobs so.</param>
internal sealed record HubFile(string Path, long Bytes, string Hash)
{
    private const int Sha256Letters = 64;

    /// <summary>The entries of a page of the hub's list of files.</summary>
    /// <exception cref="UserException">It is no such list, or names what may not be written.</exception>
    internal static IEnumerable<HubFile> Read(JsonElement page, string repository)
    {
        if (page.ValueKind != JsonValueKind.Array)
            throw Strange(repository);
        foreach (var entry in page.EnumerateArray().Where(entry => Text(entry, "type") == "file"))
        {
            var large = entry.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object ? lfs : entry;
            if (Text(entry, "path") is not { } path || Text(large, "oid") is not { } hash || !large.TryGetProperty("size", out var size) || !size.TryGetInt64(out var bytes))
                throw Strange(repository);
            if (!IsInside(path) || bytes < 0 || hash.Length is not (40 or Sha256Letters) || !hash.All(char.IsAsciiHexDigitLower))
                throw new UserException($"The hub names a file '{path}' of '{repository}' that cannot be kept, expected a path inside and a hash.");
            yield return new HubFile(path, bytes, hash);
        }
    }

    /// <summary>Whether a file on disk is this one.</summary>
    internal bool IsAt(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length != Bytes)
            return false;
        using var content = file.OpenRead();
        if (Hash.Length == Sha256Letters)
            return Convert.ToHexStringLower(SHA256.HashData(content)) == Hash;
#pragma warning disable CA5350 // Git names its objects so; nothing is kept secret by it.
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        sha1.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"blob {Bytes}\0")));
        var buffer = new byte[1 << 16];
        for (var read = content.Read(buffer); read > 0; read = content.Read(buffer))
            sha1.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(sha1.GetHashAndReset()) == Hash;
    }

    private static bool IsInside(string path) =>
        path.Length > 0 && !System.IO.Path.IsPathRooted(path) && !path.Contains('\\') && path.Split('/').All(part => part is not ("" or "." or ".."));

    private static string? Text(JsonElement entry, string name) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static UserException Strange(string repository) => new($"The hub's list of the files of '{repository}' cannot be understood.");
}
