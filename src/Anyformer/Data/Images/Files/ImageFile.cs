using Anyformer.Torch;

namespace Anyformer.Data.Images.Files;

/// <summary>
/// Decodes and encodes JPEG and PNG with torchvision's operators. Files are not trusted: what <see cref="ImageHeader"/> finds wrong never reaches a
/// decoder.
/// </summary>
public static class ImageFile
{
    private const long MostBytes = 1 << 29;
    private const int Unchanged = 0, Gray = 1, Rgb = 3; // torchvision's ImageReadMode.

    private static readonly string[] s_endings = [".jpg", ".jpeg", ".png"];

    /// <summary>Why images cannot be decoded here, in a sentence; null when they can.</summary>
    public static string? Problem => ImageOperators.Problem;

    /// <summary>Decodes a file, upright as its EXIF data tell.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">What its colours become.</param>
    /// <returns>uint8, (channels, height, width), of any strides.</returns>
    /// <exception cref="BrokenImageException">The file is no image or a damaged one.</exception>
    /// <exception cref="UserException">The file cannot be read, or images cannot be decoded here.</exception>
    public static Tensor Read(string path, ImageMode mode)
    {
        using var scope = new TensorScope();
        return scope.Keep(Decode(Bytes(path), mode, path));
    }

    /// <summary>Decodes an image that is in memory, upright as its EXIF data tell.</summary>
    /// <param name="file">The bytes of a file.</param>
    /// <param name="mode">What its colours become.</param>
    /// <param name="name">What the image is called, for messages.</param>
    /// <returns>uint8, (channels, height, width), of any strides.</returns>
    /// <exception cref="BrokenImageException">This is no image or a damaged one.</exception>
    /// <exception cref="UserException">Images cannot be decoded here.</exception>
    public static Tensor Decode(ReadOnlySpan<byte> file, ImageMode mode, string name)
    {
        using var scope = new TensorScope();
        return scope.Keep(Decode(Tensor.From(file, [file.Length]), mode, name));
    }

    /// <summary>The bytes of a PNG file.</summary>
    /// <param name="image">uint8, (1 or 3, height, width).</param>
    /// <exception cref="UserException">Images cannot be encoded here.</exception>
    public static byte[] EncodePng(Tensor image)
    {
        const int compression = 6;
        return Encode("encode_png", image, compression);
    }

    /// <summary>The bytes of a JPEG file.</summary>
    /// <param name="image">uint8, (1 or 3, height, width).</param>
    /// <param name="quality">1 to 100.</param>
    /// <exception cref="UserException">Images cannot be encoded here.</exception>
    public static byte[] EncodeJpeg(Tensor image, int quality = 90) => Encode("encode_jpeg", image, quality);

    /// <summary>Whether a file is an image that can be decoded, by its name.</summary>
    internal static bool IsNamedSo(string path) => s_endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private static byte[] Encode(string name, Tensor image, int setting)
    {
        using var scope = new TensorScope();
        return ImageOperators.Call(name, image.Contiguous(), setting).ToArray<byte>();
    }

    private static Tensor Bytes(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file);
            if (length > MostBytes)
                throw new BrokenImageException($"{path}: the file has {length} bytes, expected at most {MostBytes}.");
            var bytes = Functional.Empty([length], DType.UInt8);
            for (var read = 0; read < length;)
                read += RandomAccess.Read(file, bytes.AsSpan<byte>()[read..], read) is > 0 and var more ? more : throw new EndOfStreamException();
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: the file cannot be read ({error.Message}).", error);
        }
    }

    private static Tensor Decode(Tensor bytes, ImageMode mode, string name)
    {
        var header = ImageHeader.Read(bytes.AsSpan<byte>(), name);
        try
        {
            var decoded = header.Format == ImageFormat.Jpeg ? Jpeg(bytes, header, mode) : Png(bytes, header, mode, name);
            return ExifOrientation.Upright(decoded, header.Orientation);
        }
        catch (TorchException exception)
        {
            throw new BrokenImageException($"{name}: the image is damaged or of a kind that cannot be decoded ({Reason(exception)}).", exception);
        }
    }

    private static Tensor Jpeg(Tensor bytes, ImageHeader header, ImageMode mode) => header.Channels == 4
        ? Cmyk.Decode(ImageOperators.Call("decode_jpeg", bytes, Unchanged), mode)
        : ImageOperators.Call("decode_jpeg", bytes, ReadMode(mode));

    private static Tensor Png(Tensor bytes, ImageHeader header, ImageMode mode, string name)
    {
        if (header.BitDepth <= 8)
            return ImageOperators.DecodePng(bytes, ReadMode(mode), mayBeWide: false);
        if (header.IsInterlaced && ImageOperators.MixesWidePasses)
            throw new BrokenImageException($"{name}: this torchvision cannot decode interlaced PNG images of {header.BitDepth} bits.");
        return HighBytes(ImageOperators.DecodePng(bytes, ReadMode(mode), mayBeWide: true));
    }

    /// <summary>The upper halves of 16-bit numbers, which torchvision gives as 16-bit or 32-bit integers.</summary>
    private static Tensor HighBytes(Tensor wide)
    {
        var plain = wide.Contiguous();
        var bytes = plain.View(DType.UInt8);
        var width = bytes.Shape[^1] / plain.Shape[^1];
        return bytes.Slice(-1, 1, null, width);
    }

    private static int ReadMode(ImageMode mode) => mode == ImageMode.Gray ? Gray : Rgb;

    /// <summary>What the decoder said, without the call around it and without the native stack behind it.</summary>
    private static string Reason(TorchException exception) =>
        exception.Message.Split('\n')[0].Split("): ", 2)[^1].TrimEnd('.');
}
