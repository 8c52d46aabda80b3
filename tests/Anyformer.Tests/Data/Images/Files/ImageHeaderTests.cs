using Anyformer.Data.Images.Files;

namespace Anyformer.Tests.Data.Images.Files;

public sealed class ImageHeaderTests
{
    [Fact]
    public void PngSaysItsSize()
    {
        var file = PngWriter.Write(7, 3, PngWriter.GrayAlpha, 16, (_, _) => [1, 2]);
        var expected = new ImageHeader { Format = ImageFormat.Png, Width = 7, Height = 3, Channels = 2, BitDepth = 16 };
        Assert.Equal(expected, ImageHeader.Read(file, "x"));
    }

    [Fact]
    public void JpegSaysItsSizeAndOrientation()
    {
        var expected = new ImageHeader { Format = ImageFormat.Jpeg, Width = 16, Height = 8, Channels = 4, BitDepth = 8 };
        Assert.Equal(expected, ImageHeader.Read(SampleImages.Cmyk, "x"));
        Assert.Equal(expected with { Orientation = 6 }, ImageHeader.Read(SampleImages.WithOrientation(SampleImages.Cmyk, 6, littleEndian: true), "x"));
        Assert.Equal(expected, ImageHeader.Read(SampleImages.WithOrientation(SampleImages.Cmyk, 9, littleEndian: true), "x"));
    }

    [Fact]
    public void PngSaysItsOrientation()
    {
        var file = PngWriter.Write(2, 2, PngWriter.Gray, 8, (_, _) => [1]);
        byte[] turned = [.. file[..33], .. PngWriter.Chunk("eXIf", SampleImages.Exif(3, littleEndian: false)), .. file[33..]];
        Assert.Equal(3, ImageHeader.Read(turned, "x").Orientation);
    }

    [Fact]
    public void WhatAHeaderOnlyClaimsIsNotBelieved()
    {
        var png = PngWriter.File(PngWriter.Header(60_000, 60_000, PngWriter.Gray, 1), PngWriter.Chunk("IDAT", new byte[500_000]), PngWriter.Chunk("IEND", []));
        Assert.Equal("x: the image claims 60000 x 60000 pixels, expected at most 178956970 in all.", Mistake(png));
        var jpeg = SampleImages.Progressive;
        var frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC2]);
        (jpeg[frame + 5], jpeg[frame + 6], jpeg[frame + 7], jpeg[frame + 8]) = (0xEA, 0x60, 0xEA, 0x60);
        Assert.Equal("x: the image claims 60000 x 60000 pixels, expected at most 178956970 in all.", Mistake(jpeg));
        (jpeg[frame + 5], jpeg[frame + 6]) = (0, 0);
        Assert.Equal("x: the image claims 60000 x 0 pixels, expected at least one.", Mistake(jpeg));
        var empty = PngWriter.File(PngWriter.Header(10_000, 10_000), PngWriter.Chunk("IDAT", new byte[1000]), PngWriter.Chunk("IEND", []));
        Assert.Equal("x: the image claims 10000 x 10000 pixels, more than its 1000 bytes of data can hold.", Mistake(empty));
        Assert.Equal("x: the image claims 4294967295 x 4294967295 pixels, more than its 0 bytes of data can hold.",
            Mistake(PngWriter.File(PngWriter.Header(uint.MaxValue, uint.MaxValue, PngWriter.Rgba, 16), PngWriter.Chunk("IEND", []))));
    }

    [Fact]
    public void PartsThatAreMissingAreMissed()
    {
        var png = PngWriter.Write(7, 3, PngWriter.Gray, 8, (_, _) => [1]);
        for (var length = 8; length < png.Length; length++)
            Assert.Equal("x: the PNG image breaks off.", Mistake(png[..length]));
        Assert.Equal("x: the PNG image does not begin with its header.", Mistake(PngWriter.File(PngWriter.Chunk("IDAT", []), PngWriter.Chunk("IEND", []))));
        Assert.Equal("x: the header of the PNG image has 3 bytes, expected 13.", Mistake(PngWriter.File(PngWriter.Chunk("IHDR", [1, 2, 3]))));
        Assert.Equal("x: the JPEG image breaks off inside a segment.", Mistake(SampleImages.Cmyk[..60]));
        Assert.Equal("x: the JPEG image breaks off before its pixels.", Mistake([0xFF, 0xD8, 0xFF, 0xD9]));
    }

    [Fact]
    public void ScansWithoutEndAreRefused()
    {
        var scan = SampleImages.Progressive.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        var file = SampleImages.Progressive;
        byte[] endless = [.. file[..scan], .. Enumerable.Repeat(file[scan..^2], 100).SelectMany(part => part), .. file[^2..]];
        Assert.Equal("x: the JPEG image has more than 200 scans, which no honest one needs.", Mistake(endless));
    }

    private static string Mistake(byte[] file) => Assert.Throws<BrokenImageException>(() => ImageHeader.Read(file, "x")).Message;
}
