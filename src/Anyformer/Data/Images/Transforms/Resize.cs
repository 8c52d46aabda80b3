using Anyformer.Torch;

namespace Anyformer.Data.Images.Transforms;

/// <summary>How pixels between pixels are computed; both see all pixels that a smaller one stands for (antialiasing).</summary>
public enum Interpolation
{
    /// <summary>Of the nearest two in each direction.</summary>
    Bilinear,

    /// <summary>Of the nearest four in each direction (Keys, a = -0.5).</summary>
    Bicubic,
}

/// <summary>Resizes to a height and a width.</summary>
/// <param name="height">The new height.</param>
/// <param name="width">The new width.</param>
/// <param name="interpolation">How.</param>
public sealed class Resize(int height, int width, Interpolation interpolation) : ImageTransform
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor image, ImageRandom random) => To(image, height, width, interpolation);

    /// <summary>The image in another size; itself when it has that size already.</summary>
    /// <param name="image">uint8, (channels, height, width).</param>
    /// <param name="height">The new height.</param>
    /// <param name="width">The new width.</param>
    /// <param name="interpolation">How.</param>
    public static Tensor To(Tensor image, long height, long width, Interpolation interpolation)
    {
        if (image.Shape[1] == height && image.Shape[2] == width)
            return image;
        using var scope = new TensorScope();
        var exact = image.To(DType.Float32).Unsqueeze(0);
        var resized = interpolation == Interpolation.Bilinear
            ? exact.UpsampleBilinear2dAntialiased([height, width], alignCorners: false)
            : exact.UpsampleBicubic2dAntialiased([height, width], alignCorners: false).ClampInPlace(0, byte.MaxValue);
        return scope.Keep(resized.Squeeze(0).RoundInPlace().To(DType.UInt8));
    }
}

/// <summary>Resizes so that the shorter side has a length, and keeps the proportions.</summary>
/// <param name="shorterSide">The new length of the shorter side.</param>
/// <param name="interpolation">How.</param>
public sealed class ResizeShorterSide(int shorterSide, Interpolation interpolation) : ImageTransform
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor image, ImageRandom random)
    {
        var (height, width) = (image.Shape[1], image.Shape[2]);
        return height < width
            ? Resize.To(image, shorterSide, shorterSide * width / height, interpolation)
            : Resize.To(image, shorterSide * height / width, shorterSide, interpolation);
    }
}
