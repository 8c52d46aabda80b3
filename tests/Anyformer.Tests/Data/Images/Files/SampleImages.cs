using Anyformer.Data.Images.Files;
using Anyformer.Torch;

namespace Anyformer.Tests.Data.Images.Files;

/// <summary>Small images to read; asking for one skips the test where none can be decoded.</summary>
internal static class SampleImages
{
    /// <summary>A JPEG of four inks written by Pillow, 16 x 8: the left half red, the right half a dark cyan.</summary>
    public static byte[] Cmyk => Convert.FromBase64String(
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYICwwLCgwJCgoK/8AAFAgACAAQBEMRAE0RAFkRAEsR"
        + "AP/EABUAAQEAAAAAAAAAAAAAAAAAAAoJ/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAA4EQwBNAFkASwAAPwC/g/4/6/gAZ/h/g/7/2Q==");

    /// <summary>A progressive JPEG written by Pillow, 16 x 8, all (200, 30, 60).</summary>
    public static byte[] Progressive => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYH"
        + "CgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wgARCAAIABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAf/xAAVAQEBAAAAAAAAAAAA"
        + "AAAAAAAFCP/aAAwDAQACEAMQAAABk4Dqb//EABQQAQAAAAAAAAAAAAAAAAAAABD/2gAIAQEAAQUCP//EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQMBAT8Bf//EABQRAQAAAAAAAAAAAAAA"
        + "AAAAAAD/2gAIAQIBAT8Bf//EABQQAQAAAAAAAAAAAAAAAAAAABD/2gAIAQEABj8CP//EABQQAQAAAAAAAAAAAAAAAAAAABD/2gAIAQEAAT8hP//aAAwDAQACAAMAAAAQA//EABQRAQAAAAAA"
        + "AAAAAAAAAAAAAAD/2gAIAQMBAT8Qf//EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQIBAT8Qf//EABQQAQAAAAAAAAAAAAAAAAAAABD/2gAIAQEAAT8QP//Z");

    /// <summary>Skips the test where images cannot be decoded: beside a libtorch without torchvision.</summary>
    public static void Need() => Skip.IfNot(ImageFile.Problem is null, ImageFile.Problem);

    /// <summary>uint8, (channels, height, width), drawn.</summary>
    public static Tensor Drawn(int seed, int channels, int height, int width)
    {
        var levels = new byte[channels * height * width];
        new Random(seed).NextBytes(levels);
        return Tensor.From(levels, channels, height, width);
    }

    /// <summary>A soft picture that JPEG keeps well: levels rise along rows and columns.</summary>
    public static Tensor Slope(int channels, int height, int width)
    {
        var levels = new byte[channels * height * width];
        for (var i = 0; i < levels.Length; i++)
            levels[i] = (byte)(40 * (i / (height * width)) + 100 * (i / width % height) / height + 60 * (i % width) / width);
        return Tensor.From(levels, channels, height, width);
    }

    /// <summary>The JPEG file with EXIF data that tell its orientation, in one of the two orders of bytes.</summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation, bool littleEndian) =>
        [.. jpeg[..2], 0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. Exif(orientation, littleEndian), .. jpeg[2..]];

    /// <summary>A TIFF header and a directory with the orientation alone.</summary>
    public static byte[] Exif(byte orientation, bool littleEndian) => littleEndian
        ? [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
        : [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
}
