using System.Buffers.Binary;
using Anyformer.Torch;

namespace Anyformer.Data.Images.Files;

/// <summary>How a camera was held: the orientation tag of EXIF data (CIPA DC-008, tag 0x0112), and its undoing.</summary>
internal static class ExifOrientation
{
    private const int EntryLength = 12;
    private const ushort OrientationTag = 0x0112, ShortType = 3;

    /// <summary>The orientation, 1 to 8; 1, which is upright, when the data have none or are damaged.</summary>
    /// <param name="exif">A TIFF header and its directories.</param>
    internal static int Read(ReadOnlySpan<byte> exif)
    {
        if (exif.Length < 8 || !(exif.StartsWith("II*\0"u8) || exif.StartsWith("MM\0*"u8)))
            return 1;
        var little = exif[0] == 'I';
        var offset = little ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        if (offset > exif.Length - sizeof(ushort))
            return 1;
        var entries = exif[(int)offset..];
        var count = Short(entries, little);
        entries = entries[sizeof(ushort)..];
        for (; count > 0 && entries.Length >= EntryLength; count--, entries = entries[EntryLength..])
            if (Short(entries, little) == OrientationTag && Short(entries[2..], little) == ShortType)
                return Short(entries[8..], little) is >= 1 and <= 8 and var orientation ? orientation : 1;
        return 1;
    }

    /// <summary>The image turned and mirrored so that it is upright.</summary>
    /// <param name="image">(channels, height, width).</param>
    /// <param name="orientation">1 to 8.</param>
    internal static Tensor Upright(Tensor image, int orientation) => orientation switch
    {
        2 => image.Flip([2]),
        3 => image.Flip([1, 2]),
        4 => image.Flip([1]),
        5 => image.Transpose(1, 2),
        6 => image.Transpose(1, 2).Flip([2]),
        7 => image.Transpose(1, 2).Flip([1, 2]),
        8 => image.Transpose(1, 2).Flip([1]),
        _ => image,
    };

    private static ushort Short(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
