using System.Buffers.Binary;

namespace Anyformer.Data.Images.Files;

/// <summary>
/// The chunks of a PNG file (W3C PNG, section 5). Older torchvision decoders read past the end of a file whose last chunk is missing, so that all of
/// them must be there before one is asked.
/// </summary>
internal static class PngHeader
{
    private const int ChunkFrame = 12; // Length, name and checksum.
    private const int HeaderLength = 13;
    private const int MostPixelBytesPerByte = 1032; // What deflate can do at best (zlib's technical notes).

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    internal static bool IsPng(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    internal static ImageHeader Read(ReadOnlySpan<byte> file, string name)
    {
        ImageHeader? header = null;
        var (orientation, dataBytes) = (1, 0L);
        for (var rest = file[Signature.Length..]; ;)
        {
            var chunk = Chunk(rest, name);
            var code = rest.Slice(sizeof(uint), sizeof(uint));
            if (header is null)
                header = code.SequenceEqual("IHDR"u8) ? Header(chunk, name)
                    : throw new BrokenImageException($"{name}: the PNG image does not begin with its header.");
            else if (code.SequenceEqual("eXIf"u8))
                orientation = ExifOrientation.Read(chunk);
            else if (code.SequenceEqual("IDAT"u8))
                dataBytes += chunk.Length;
            else if (code.SequenceEqual("IEND"u8))
                break;
            rest = rest[(chunk.Length + ChunkFrame)..];
        }

        return CanHold(dataBytes, header)
            ? header with { Orientation = orientation }
            : throw new BrokenImageException(FormattableString.Invariant(
                $"{name}: the image claims {header.Width} x {header.Height} pixels, more than its {dataBytes} bytes of data can hold."));
    }

    private static bool CanHold(long dataBytes, ImageHeader header) =>
        (Int128)header.Height * header.Width * header.Channels * header.BitDepth / 8 <= (Int128)dataBytes * MostPixelBytesPerByte;

    private static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> rest, string name)
    {
        var length = rest.Length < ChunkFrame ? uint.MaxValue : BinaryPrimitives.ReadUInt32BigEndian(rest);
        return length <= rest.Length - ChunkFrame
            ? rest.Slice(2 * sizeof(uint), (int)length)
            : throw new BrokenImageException($"{name}: the PNG image breaks off.");
    }

    private static ImageHeader Header(ReadOnlySpan<byte> chunk, string name) => chunk.Length != HeaderLength
        ? throw new BrokenImageException($"{name}: the header of the PNG image has {chunk.Length} bytes, expected {HeaderLength}.")
        : new ImageHeader
        {
            Format = ImageFormat.Png,
            Width = BinaryPrimitives.ReadUInt32BigEndian(chunk),
            Height = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]),
            BitDepth = chunk[8],
            Channels = chunk[9] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 },
            IsInterlaced = chunk[12] != 0,
        };
}
