using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Anyformer.Tests.Data.Images.Files;

/// <summary>Writes PNG files of every kind that the standard knows, right ones and wrong ones.</summary>
internal static class PngWriter
{
    public const byte Gray = 0, Rgb = 2, Palette = 3, GrayAlpha = 4, Rgba = 6;

    // First column and row of an interlaced pass, and the steps between its columns and rows.
    private static readonly (int X, int Y, int StepX, int StepY)[] s_passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>A file whose pixels are given by their samples, as many as the colour type has.</summary>
    public static byte[] Write(
        int width, int height, byte colorType, byte bitDepth, Func<int, int, int[]> samples, byte[]? palette = null, bool interlaced = false) =>
        File(Header((uint)width, (uint)height, colorType, bitDepth, interlaced),
            palette is null ? [] : Chunk("PLTE", palette),
            Chunk("IDAT", Compress(interlaced
                ? [.. s_passes.SelectMany(pass => Rows(width, height, bitDepth, samples, pass))]
                : [.. Rows(width, height, bitDepth, samples, (0, 0, 1, 1))])),
            Chunk("IEND", []));

    public static byte[] File(params byte[][] chunks) => [0x89, .. "PNG"u8, 0x0D, 0x0A, 0x1A, 0x0A, .. chunks.SelectMany(chunk => chunk)];

    public static byte[] Header(uint width, uint height, byte colorType = Rgb, byte bitDepth = 8, bool interlaced = false)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (bitDepth, colorType, (byte)(interlaced ? 1 : 0));
        return Chunk("IHDR", header);
    }

    public static byte[] Chunk(string name, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. content];
        var frame = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(frame, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), Checksum(named));
        return [.. frame[..4], .. named, .. frame[4..]];
    }

    private static IEnumerable<byte> Rows(int width, int height, int bitDepth, Func<int, int, int[]> samples, (int X, int Y, int StepX, int StepY) pass)
    {
        for (var y = pass.Y; y < height && pass.X < width; y += pass.StepY)
        {
            yield return 0; // No filter.
            var bits = Enumerable.Range(0, width).Where(x => x >= pass.X && (x - pass.X) % pass.StepX == 0)
                .SelectMany(x => samples(x, y)).SelectMany(sample => Enumerable.Range(0, bitDepth).Select(bit => (sample >> (bitDepth - 1 - bit)) & 1));
            foreach (var octet in bits.Chunk(8))
                yield return (byte)octet.Select((bit, place) => bit << (7 - place)).Sum();
        }
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest))
            zlib.Write(bytes);
        return compressed.ToArray();
    }

    private static uint Checksum(byte[] bytes)
    {
        var checksum = uint.MaxValue;
        foreach (var octet in bytes)
        {
            checksum ^= octet;
            for (var bit = 0; bit < 8; bit++)
                checksum = (checksum >> 1) ^ ((checksum & 1) * 0xEDB88320);
        }

        return ~checksum;
    }
}
