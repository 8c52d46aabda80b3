using System.Buffers.Binary;

namespace Anyformer.Data.Images.Files;

/// <summary>
/// The segments of a JPEG file (ITU-T T.81, annex B). A progressive image may have scans without end, each as much work as the whole image:
/// they are counted here.
/// </summary>
internal static class JpegHeader
{
    private const int MostScans = 200;
    private const byte Marker = 0xFF, StartOfScan = 0xDA, EndOfImage = 0xD9, App1 = 0xE1;

    internal static bool IsJpeg(ReadOnlySpan<byte> file) => file is [Marker, 0xD8, Marker, ..];

    internal static ImageHeader Read(ReadOnlySpan<byte> file, string name)
    {
        ImageHeader? header = null;
        var (orientation, scans) = (1, 0);
        for (var at = 2; NextMarker(file, ref at) is { } marker && marker != EndOfImage;)
        {
            var segment = Segment(file, at, name);
            at += segment.Length + sizeof(ushort);
            if (IsStartOfFrame(marker))
                header ??= Frame(segment, name);
            else if (marker == App1 && segment.StartsWith("Exif\0\0"u8))
                orientation = ExifOrientation.Read(segment[6..]);
            else if (marker == StartOfScan && ++scans > MostScans)
                throw new BrokenImageException($"{name}: the JPEG image has more than {MostScans} scans, which no honest one needs.");
        }

        return scans > 0 && header is not null
            ? header with { Orientation = orientation }
            : throw new BrokenImageException($"{name}: the JPEG image breaks off before its pixels.");
    }

    /// <summary>The next marker that begins a segment, and in <paramref name="at"/> the place behind it; null at the end of the file.</summary>
    private static byte? NextMarker(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length - 1)
        {
            var step = file[at..^1].IndexOf(Marker);
            if (step < 0)
                return null;
            at += step + 1;
            if (!IsPartOfScan(file[at]))
                return file[at++];
        }

        return null;
    }

    /// <summary>
    /// A zero (a 0xFF of the data), a restart marker, filling, or the temporary marker of arithmetic coding: nothing with a length follows.
    /// </summary>
    private static bool IsPartOfScan(byte code) => code is 0 or 1 or (>= 0xD0 and <= 0xD8) or Marker;

    private static ReadOnlySpan<byte> Segment(ReadOnlySpan<byte> file, int at, string name)
    {
        var length = at + sizeof(ushort) <= file.Length ? BinaryPrimitives.ReadUInt16BigEndian(file[at..]) : 0;
        return length >= sizeof(ushort) && at + length <= file.Length
            ? file.Slice(at + sizeof(ushort), length - sizeof(ushort))
            : throw new BrokenImageException($"{name}: the JPEG image breaks off inside a segment.");
    }

    private static bool IsStartOfFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static ImageHeader Frame(ReadOnlySpan<byte> segment, string name) => segment.Length < 6
        ? throw new BrokenImageException($"{name}: the JPEG image breaks off inside a segment.")
        : new ImageHeader
        {
            Format = ImageFormat.Jpeg,
            BitDepth = segment[0],
            Height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]),
            Width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]),
            Channels = segment[5],
        };
}
