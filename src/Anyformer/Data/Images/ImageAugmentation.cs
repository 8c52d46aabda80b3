using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Data.Images.Transforms;

namespace Anyformer.Data.Images;

/// <summary>How training images are varied, each time they are seen, by draws that depend on the seed, the epoch and the image alone.</summary>
public sealed record ImageAugmentation
{
    /// <summary>
    /// The smallest part of an image that is cut out at random and brought to the model's size, as a share of the area (0.08 for ImageNet); null resizes
    /// the whole image.
    /// </summary>
    [Description("smallest share of the area that is cut out at random and resized; the middle is taken when left out")]
    [Range(0.01, 1.0)]
    public double? MinArea { get; init; }

    /// <summary>The width of black borders before a random crop of the old size, as a share of the side: 0.125 is 4 pixels of 32.</summary>
    [Description("width of black borders before a random crop, as a share of the side; 0.125 is 4 pixels of 32")]
    [Range(0.0, 0.5)]
    public double Padding { get; init; }

    /// <summary>How often left and right are exchanged.</summary>
    [Description("how often left and right are exchanged")]
    [Range(0.0, 1.0)]
    public double HorizontalFlip { get; init; }

    /// <summary>How far brightness, contrast and saturation are varied.</summary>
    [Description("how far brightness, contrast and saturation are varied")]
    [Range(0.0, 1.0)]
    public double ColorJitter { get; init; }

    /// <summary>Random operations; null for none.</summary>
    [Description("random operations, as timm's rand-m9-mstd0.5-inc1; none when left out")]
    public RandAugmentOptions? RandAugment { get; init; }

    /// <summary>How often a random rectangle is replaced by noise.</summary>
    [Description("how often a random rectangle is replaced by noise")]
    [Range(0.0, 1.0)]
    public double Erasing { get; init; }

    /// <summary>The parameter of Mixup's Beta distribution; 0 for none.</summary>
    [Description("parameter of Mixup's Beta distribution; 0 for none")]
    [Range(0.0, 100.0)]
    public double Mixup { get; init; }

    /// <summary>The parameter of CutMix's Beta distribution; 0 for none.</summary>
    [Description("parameter of CutMix's Beta distribution; 0 for none")]
    [Range(0.0, 100.0)]
    public double CutMix { get; init; }

    /// <summary>Probability that is taken from the right class and spread over all of them.</summary>
    [Description("probability that is spread over all classes")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// How training images are varied by name: not at all; lightly, for any size; as timm does it by default for ImageNet; as DeiT is trained (Touvron et
    /// al., ICML 2021, table 9), but for its repeated augmentation.
    /// </summary>
    public static IReadOnlyDictionary<string, ImageAugmentation> Presets { get; } = new Dictionary<string, ImageAugmentation>
    {
        ["none"] = new(),
        ["light"] = new() { Padding = 0.125, HorizontalFlip = 0.5 },
        ["imagenet"] = new() { MinArea = 0.08, HorizontalFlip = 0.5, ColorJitter = 0.4 },
        ["deit"] = new()
        {
            MinArea = 0.08,
            HorizontalFlip = 0.5,
            RandAugment = new RandAugmentOptions(),
            Erasing = 0.25,
            Mixup = 0.8,
            CutMix = 1,
            LabelSmoothing = 0.1,
        },
    };

    /// <summary>What a training image goes through before it is a number in a batch.</summary>
    /// <param name="preprocessing">The size and the scale that the model takes.</param>
    /// <param name="channels">Channels of an image.</param>
    public ImageTransform Training(ImagePreprocessing preprocessing, int channels) => new TransformSequence([.. Steps(preprocessing, channels)]);

    private IEnumerable<ImageTransform> Steps(ImagePreprocessing preprocessing, int channels)
    {
        yield return MinArea is { } area
            ? new RandomResizedCrop(preprocessing.Size, area, preprocessing.Interpolation)
            : preprocessing.Evaluation();
        if (Padding > 0)
            yield return new PaddedRandomCrop(Padding);
        if (HorizontalFlip > 0)
            yield return new RandomHorizontalFlip(HorizontalFlip);
        if (ColorJitter > 0)
            yield return new ColorJitter(ColorJitter);
        if (RandAugment is { } operations)
            yield return new RandAugment(operations, Background(preprocessing.Normalization, channels));
    }

    /// <summary>The mean level of every channel: what stands where an image was moved away.</summary>
    private static ImmutableArray<byte> Background(ImageNormalization normalization, int channels) =>
        [.. normalization.Of(channels).Mean.Select(mean => (byte)Math.Round(byte.MaxValue * mean))];
}
