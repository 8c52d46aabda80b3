using Anyformer.Data.Images.Files;
using Anyformer.Torch;

namespace Anyformer.Data.Images.Transforms;

/// <summary>
/// Pillow's <c>ImageEnhance</c>: between an image without a property and the image itself, or beyond it. Factor 1 changes nothing, 0 takes the
/// property away.
/// </summary>
internal static class Enhancement
{
    /// <summary>Between black and the image.</summary>
    internal static Tensor Brightness(Tensor image, double factor) => Levels.Map(image, level => factor * level);

    /// <summary>Between the mean grey level and the image.</summary>
    internal static Tensor Contrast(Tensor image, double factor)
    {
        using var scope = new TensorScope();
        var mean = Math.Floor(Gray(image).To(DType.Float64).Mean().Item<double>() + 0.5);
        return scope.Keep(Levels.Map(image, level => mean + factor * (level - mean)));
    }

    /// <summary>Between the grey image and the image; grey images stay.</summary>
    internal static Tensor Saturation(Tensor image, double factor) => image.Shape[0] == 1 ? image : Blend(Gray(image).ExpandAs(image), image, factor);

    /// <summary>Between the smoothed image and the image.</summary>
    internal static Tensor Sharpness(Tensor image, double factor) => Blend(Smooth(image), image, factor);

    private static Tensor Gray(Tensor image) => ColorModes.Convert(image, ImageMode.Gray);

    private static Tensor Blend(Tensor without, Tensor image, double factor)
    {
        using var scope = new TensorScope();
        var from = without.To(DType.Float32);
        return scope.Keep(from.Add((image.To(DType.Float32) - from).MulInPlace(factor)).ClampInPlace(0, byte.MaxValue).To(DType.UInt8));
    }

    /// <summary>Pillow's SMOOTH filter: weights 1 around 5, over 13. The outermost pixels stay.</summary>
    private static Tensor Smooth(Tensor image)
    {
        var (height, width) = (image.Shape[1], image.Shape[2]);
        if (height < 3 || width < 3)
            return image;
        using var scope = new TensorScope();
        var exact = image.To(DType.Float32);
        var around = exact.Unsqueeze(0).AvgPool2d([3, 3], [1, 1], divisorOverride: 1).Squeeze(0);
        var smooth = exact[.., 1..^1, 1..^1].Mul(4).AddInPlace(around).DivInPlace(13).AddInPlace(0.5);
        var result = image.Contiguous().Clone();
        result[.., 1..^1, 1..^1].CopyInPlace(smooth.To(DType.UInt8));
        return scope.Keep(result);
    }
}
