using Anyformer.Data.Images.Files;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Data.Images.Files;

public sealed class ImageFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ImageFileTests() => SampleImages.Need();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void PngKeepsEveryPixel() => Property.Holds(
        from channels in Gen.Elements(1, 3)
        from height in Gen.Choose(1, 40)
        from width in Gen.Choose(1, 40)
        from seed in Gen.Choose(0, 1000)
        select (channels, height, width, seed),
        drawn =>
        {
            using var scope = new TensorScope();
            var image = SampleImages.Drawn(drawn.seed, drawn.channels, drawn.height, drawn.width);
            var mode = drawn.channels == 1 ? ImageMode.Gray : ImageMode.Rgb;
            Tensors.AssertSame(image, ImageFile.Decode(ImageFile.EncodePng(image), mode, "drawn"));
        },
        runs: 50);

    [SkippableTheory]
    [InlineData(1, ImageMode.Gray)]
    [InlineData(3, ImageMode.Rgb)]
    public void JpegKeepsSoftPictures(int channels, ImageMode mode)
    {
        using var scope = new TensorScope();
        var image = SampleImages.Slope(channels, 37, 50);
        var path = _folder.Write("slope.jpg", ImageFile.EncodeJpeg(image, 95));
        var largest = (ImageFile.Read(path, mode).To(DType.Int32) - image.To(DType.Int32)).Abs().Max().Item<int>();
        Assert.InRange(largest, 0, 6);
    }

    [SkippableTheory]
    [InlineData(PngWriter.Gray, 1)]
    [InlineData(PngWriter.Gray, 2)]
    [InlineData(PngWriter.Gray, 4)]
    [InlineData(PngWriter.Gray, 8)]
    [InlineData(PngWriter.Gray, 16)]
    [InlineData(PngWriter.GrayAlpha, 8)]
    [InlineData(PngWriter.GrayAlpha, 16)]
    [InlineData(PngWriter.Rgb, 8)]
    [InlineData(PngWriter.Rgb, 16)]
    [InlineData(PngWriter.Rgba, 8)]
    [InlineData(PngWriter.Rgba, 16)]
    public void EveryKindOfPngBecomesColours(byte colorType, byte bits)
    {
        using var scope = new TensorScope();
        foreach (var interlaced in new[] { false, true })
        {
            var random = new Random(bits);
            var samples = Enumerable.Range(0, 11 * 5).Select(_ => Enumerable.Range(0, Samples(colorType)).Select(_ => random.Next(1 << bits)).ToArray()).ToArray();
            var file = PngWriter.Write(11, 5, colorType, bits, (x, y) => samples[y * 11 + x], interlaced: interlaced);
            var expected = Enumerable.Range(0, 3)
                .SelectMany(channel => samples.Select(pixel => pixel[Samples(colorType) < 3 ? 0 : channel]))
                .Select(level => bits == 16 ? level >> 8 : level * 255.0 / ((1 << bits) - 1));
            if (interlaced && bits == 16 && ImageOperators.MixesWidePasses)
                Assert.Equal("x: this torchvision cannot decode interlaced PNG images of 16 bits.", Mistake(file, "x"));
            else
                Tensors.AssertClose([.. expected], ImageFile.Decode(file, ImageMode.Rgb, "drawn"));
        }
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void PalettesBecomeColours(byte bits)
    {
        using var scope = new TensorScope();
        byte[] palette = [10, 20, 30, 200, 100, 50];
        var file = PngWriter.Write(9, 3, PngWriter.Palette, bits, (x, y) => [(x + y) % 2], palette);
        var image = ImageFile.Decode(file, ImageMode.Rgb, "palette");
        for (var channel = 0; channel < 3; channel++)
            Assert.Equal((palette[channel], palette[3 + channel]), ((byte)image[channel, 0, 0].Item<int>(), (byte)image[channel, 1, 6].Item<int>()));
    }

    [SkippableFact]
    public void ColoursBecomeGrey()
    {
        using var scope = new TensorScope();
        var file = PngWriter.Write(3, 1, PngWriter.Rgb, 8, (x, _) => [.. Enumerable.Range(0, 3).Select(channel => channel == x ? 255 : 0)]);
        Tensors.AssertClose([76, 150, 29], ImageFile.Decode(file, ImageMode.Gray, "colours"), tolerance: 0.02);
    }

    [SkippableFact]
    public void InksBecomeColours()
    {
        using var scope = new TensorScope();
        var image = ImageFile.Decode(SampleImages.Cmyk, ImageMode.Rgb, "inks");
        Assert.Equal([3, 8, 16], image.Shape);
        Tensors.AssertClose([255, 0, 0], image[.., 0, 0], tolerance: 0);
        Tensors.AssertClose([0, 127, 127], image[.., 7, 15], tolerance: 0.02);
        Tensors.AssertClose([76], ImageFile.Decode(SampleImages.Cmyk, ImageMode.Gray, "inks")[.., 0, 0], tolerance: 0.01);
    }

    [SkippableFact]
    public void ProgressiveImagesAreRead()
    {
        using var scope = new TensorScope();
        Tensors.AssertClose([200, 30, 59], ImageFile.Decode(SampleImages.Progressive, ImageMode.Rgb, "progressive")[.., 3, 3], tolerance: 0.02);
    }

    [SkippableFact]
    public void ImagesAreTurnedUpright()
    {
        using var scope = new TensorScope();
        var upright = SampleImages.Slope(1, 24, 40).Select(0, 0);
        // How the picture lies in the file, by the orientation that undoes it (CIPA DC-008, figure of tag 274).
        Tensor[] stored =
        [
            upright, upright.Flip([1]), upright.Flip([0, 1]), upright.Flip([0]),
            upright.T(), upright.Flip([1]).T(), upright.Flip([0, 1]).T(), upright.Flip([0]).T(),
        ];
        for (byte orientation = 1; orientation <= 8; orientation++)
            foreach (var littleEndian in new[] { false, true })
            {
                var file = SampleImages.WithOrientation(ImageFile.EncodeJpeg(stored[orientation - 1].Unsqueeze(0), 100), orientation, littleEndian);
                var read = ImageFile.Decode(file, ImageMode.Gray, "turned");
                Assert.Equal([1, 24, 40], read.Shape);
                Assert.InRange((read[0].To(DType.Int32) - upright.To(DType.Int32)).Abs().Max().Item<int>(), 0, 3);
            }
    }

    [SkippableFact]
    public void DamagedImagesAreNamed()
    {
        var jpeg = ImageFile.EncodeJpeg(SampleImages.Slope(3, 64, 64));
        Assert.Equal("x.jpg: the image is damaged or of a kind that cannot be decoded (Image is incomplete or truncated).", Mistake(jpeg[..^20], "x.jpg"));
        Assert.Equal("x: this is not a JPEG or PNG image.", Mistake([], "x"));
        Assert.Equal("x: this is not a JPEG or PNG image.", Mistake("GIF89a"u8.ToArray(), "x"));
        var path = Path.Combine(_folder.Path, "none.png");
        Assert.StartsWith($"{path}: the file cannot be read (", Assert.Throws<UserException>(() => ImageFile.Read(path, ImageMode.Rgb)).Message);
    }

    /// <summary>The decoders see what an attacker would send; whatever they make of it, the process lives and the answer is an image or a sentence.</summary>
    [SkippableFact]
    public void NoFileEndsTheProcess()
    {
        using var scope = new TensorScope();
        var random = new Random(7);
        byte[][] whole =
        [
            ImageFile.EncodeJpeg(SampleImages.Slope(3, 24, 24)), ImageFile.EncodePng(SampleImages.Drawn(1, 3, 12, 12)), SampleImages.Cmyk,
            SampleImages.Progressive, PngWriter.Write(9, 9, PngWriter.Palette, 4, (x, _) => [x % 3], new byte[9], interlaced: true),
        ];
        var (images, sentences) = (0, 0);
        for (var i = 0; i < 500; i++)
            try
            {
                using var inner = new TensorScope();
                Assert.Equal(3, ImageFile.Decode(Mutated(whole[i % whole.Length], random), ImageMode.Rgb, "mutated").Shape[0]);
                images++;
            }
            catch (BrokenImageException)
            {
                sentences++;
            }

        Assert.True(images > 20 && sentences > 20, $"{images} were decoded and {sentences} refused");
    }

    private static byte[] Mutated(byte[] file, Random random)
    {
        byte[] mutated = [.. file];
        for (var i = random.Next(4); i >= 0; i--)
            mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
        return random.Next(3) == 0 ? mutated[..random.Next(mutated.Length)] : mutated;
    }

    private static int Samples(byte colorType) => colorType switch { PngWriter.Rgb => 3, PngWriter.Rgba => 4, PngWriter.GrayAlpha => 2, _ => 1 };

    private static string Mistake(byte[] file, string name) => Assert.Throws<BrokenImageException>(() => ImageFile.Decode(file, ImageMode.Rgb, name)).Message;
}
