namespace Anyformer.Data.Images.Files;

/// <summary>The file formats of images that can be read.</summary>
public enum ImageFormat
{
    /// <summary>JPEG, baseline or progressive.</summary>
    Jpeg,

    /// <summary>PNG, interlaced or not.</summary>
    Png,
}

/// <summary>
/// What an image file says of itself before its pixels. Reading it checks whatever the decoders rely on: that all parts lie inside the file and that
/// the claimed size can be meant, so that nothing is allocated for pixels that are not there.
/// </summary>
public sealed record ImageHeader
{
    /// <summary>Pixels of an image at most, the bound at which Pillow refuses an image as a decompression bomb.</summary>
    public const long MostPixels = 178_956_970;

    /// <summary>The format of the file.</summary>
    public required ImageFormat Format { get; init; }

    /// <summary>Columns of pixels as stored, before the orientation is applied.</summary>
    public required long Width { get; init; }

    /// <summary>Rows of pixels as stored, before the orientation is applied.</summary>
    public required long Height { get; init; }

    /// <summary>Colour channels as stored: 1 for grey levels or a palette, 2 or 4 with alpha, 3 for colours, 4 for CMYK in a JPEG.</summary>
    public required int Channels { get; init; }

    /// <summary>Bits of a channel of a pixel.</summary>
    public required int BitDepth { get; init; }

    /// <summary>Whether the rows of a PNG come in seven passes.</summary>
    public bool IsInterlaced { get; init; }

    /// <summary>The orientation of its EXIF data, 1 to 8; 1 is upright.</summary>
    public int Orientation { get; init; } = 1;

    /// <summary>Reads and checks the header.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What the file is called, for messages.</param>
    /// <exception cref="BrokenImageException">This is no JPEG or PNG, or one that is cut short or lies.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file, string name)
    {
        if (JpegHeader.IsJpeg(file))
            return JpegHeader.Read(file, name).Checked(name);
        if (PngHeader.IsPng(file))
            return PngHeader.Read(file, name).Checked(name);
        throw new BrokenImageException($"{name}: this is not a JPEG or PNG image.");
    }

    private ImageHeader Checked(string name) => Width < 1 || Height < 1
        ? throw new BrokenImageException(FormattableString.Invariant($"{name}: the image claims {Width} x {Height} pixels, expected at least one."))
        : Width * Height > MostPixels
            ? throw new BrokenImageException(FormattableString.Invariant(
                $"{name}: the image claims {Width} x {Height} pixels, expected at most {MostPixels} in all."))
            : this;
}
