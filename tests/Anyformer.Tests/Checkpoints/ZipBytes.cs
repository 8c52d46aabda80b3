using System.IO.Compression;

namespace Anyformer.Tests.Checkpoints;

/// <summary>Zip archives made by the base class library.</summary>
internal static class ZipBytes
{
    public static byte[] Stored(params ReadOnlySpan<(string Name, byte[] Bytes)> entries) => Of(CompressionLevel.NoCompression, entries);

    public static byte[] Of(CompressionLevel level, params ReadOnlySpan<(string Name, byte[] Bytes)> entries)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, bytes) in entries)
            {
                using var entry = archive.CreateEntry(name, level).Open();
                entry.Write(bytes);
            }
        return stream.ToArray();
    }
}
