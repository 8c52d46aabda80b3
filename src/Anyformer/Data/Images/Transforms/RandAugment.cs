using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Torch;

namespace Anyformer.Data.Images.Transforms;

/// <summary>How <see cref="RandAugment"/> varies images; the defaults are timm's <c>rand-m9-mstd0.5-inc1</c>.</summary>
public sealed record RandAugmentOptions
{
    /// <summary>Operations drawn for an image.</summary>
    [Description("operations drawn for an image"), Range(1, 16)]
    public int Operations { get; init; } = 2;

    /// <summary>How strong they are, 0 to 10.</summary>
    [Description("how strong operations are, 0 to 10"), Range(0.0, 10.0)]
    public double Magnitude { get; init; } = 9;

    /// <summary>Standard deviation of the magnitude.</summary>
    [Description("standard deviation of the magnitude"), Range(0.0, 10.0)]
    public double MagnitudeDeviation { get; init; } = 0.5;

    /// <summary>How often a drawn operation is done.</summary>
    [Description("how often a drawn operation is done"), Range(0.0, 1.0)]
    public double Probability { get; init; } = 0.5;
}

/// <summary>
/// A few operations drawn from fifteen (Cubuk et al., RandAugment, NeurIPS 2020), with the operations and magnitudes of timm's increasing set, done
/// as Pillow does them.
/// </summary>
/// <param name="options">How.</param>
/// <param name="fill">The level of every channel where an image has been moved away.</param>
public sealed class RandAugment(RandAugmentOptions options, ImmutableArray<byte> fill) : ImageTransform
{
    private const double LargestMagnitude = 10, LargestAngle = 30, LargestShear = 0.3, LargestShift = 0.45, LargestEnhancement = 0.9;
    private const double SmallestEnhancement = 0.1;
    private const int Half = 128, LargestAddition = 110, Bits = 4;

    private static readonly Func<Draw, Tensor>[] s_operations =
    [
        draw => AutoContrast(draw.Image),
        draw => Equalize(draw.Image),
        draw => Levels.Map(draw.Image, level => byte.MaxValue - level),
        draw => draw.Warp(AffineMap.Rotate(draw.Signed(LargestAngle), draw.Image.Shape[1], draw.Image.Shape[2])),
        draw => Posterize(draw.Image, Bits - (int)(draw.Strength * Bits)),
        draw => Solarize(draw.Image, Levels.Count - (int)(draw.Strength * Levels.Count)),
        draw => AddBelowHalf(draw.Image, (int)(draw.Strength * LargestAddition)),
        draw => Enhancement.Saturation(draw.Image, draw.Enhancement()),
        draw => Enhancement.Contrast(draw.Image, draw.Enhancement()),
        draw => Enhancement.Brightness(draw.Image, draw.Enhancement()),
        draw => Enhancement.Sharpness(draw.Image, draw.Enhancement()),
        draw => draw.Warp(AffineMap.ShearX(draw.Signed(LargestShear))),
        draw => draw.Warp(AffineMap.ShearY(draw.Signed(LargestShear))),
        draw => draw.Warp(AffineMap.Translate(draw.Signed(LargestShift) * draw.Image.Shape[2], 0)),
        draw => draw.Warp(AffineMap.Translate(0, draw.Signed(LargestShift) * draw.Image.Shape[1])),
    ];

    /// <inheritdoc/>
    public override Tensor Apply(Tensor image, ImageRandom random)
    {
        for (var i = 0; i < options.Operations; i++)
        {
            var operation = s_operations[random.Integer(s_operations.Length)];
            if (random.Chance(options.Probability))
                image = operation(new Draw(image, Strength(random), random, fill));
        }

        return image;
    }

    /// <summary>Levels stretched so that the darkest becomes 0 and the brightest 255, channel by channel.</summary>
    internal static Tensor AutoContrast(Tensor image) => Levels.MapChannels(image, histogram =>
    {
        var (darkest, brightest) = (Array.FindIndex(histogram, count => count > 0), Array.FindLastIndex(histogram, count => count > 0));
        var scale = byte.MaxValue / (double)(brightest - darkest);
        return brightest > darkest ? level => level * scale - darkest * scale : level => level;
    });

    /// <summary>Levels spread so that all are about as frequent, channel by channel.</summary>
    internal static Tensor Equalize(Tensor image) => Levels.MapChannels(image, histogram =>
    {
        var step = (histogram.Sum() - Array.FindLast(histogram, count => count > 0)) / byte.MaxValue;
        if (step == 0)
            return level => level;
        var table = new int[Levels.Count];
        for (int i = 0, below = step / 2; i < table.Length; below += histogram[i++])
            table[i] = below / step;
        return level => table[level];
    });

    /// <summary>Levels of few bits.</summary>
    internal static Tensor Posterize(Tensor image, int bits) => Levels.Map(image, level => level & ~(byte.MaxValue >> bits));

    /// <summary>Levels from a threshold on turned into their negatives.</summary>
    internal static Tensor Solarize(Tensor image, int threshold) => Levels.Map(image, level => level < threshold ? level : byte.MaxValue - level);

    /// <summary>The darker half of the levels made brighter.</summary>
    internal static Tensor AddBelowHalf(Tensor image, int addition) => Levels.Map(image, level => level < Half ? level + addition : level);

    private double Strength(ImageRandom random) =>
        Math.Clamp(options.Magnitude + options.MagnitudeDeviation * random.Normal(), 0, LargestMagnitude) / LargestMagnitude;

    /// <summary>An operation's image, its strength from 0 to 1, and its further draws.</summary>
    private sealed record Draw(Tensor Image, double Strength, ImageRandom Random, ImmutableArray<byte> Fill)
    {
        internal double Signed(double largest) => Random.Chance(0.5) ? -Strength * largest : Strength * largest;

        internal double Enhancement() => Math.Max(SmallestEnhancement, 1 + Signed(LargestEnhancement));

        internal Tensor Warp(AffineMap map) =>
            AffineWarp.Apply(Image, map, Fill.AsSpan(), Random.Chance(0.5) ? Interpolation.Bilinear : Interpolation.Bicubic);
    }
}
