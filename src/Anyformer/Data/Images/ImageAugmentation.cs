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

    /// <summary>How training images are varied by name.</summary>
    public static IReadOnlyDictionary<string, ImageAugmentation> Presets { get; } = new Dictionary<string, ImageAugmentation>
    {
        ["none"] = new(),
        ["light"] = new() { Padding = 0.125, HorizontalFlip = 0.5 },
    };

    /// <summary>What a training image goes through, up to a size that fits the model.</summary>
    /// <param name="preprocessing">The model's size, and how images are resized.</param>
    public ImageTransform Training(ImagePreprocessing preprocessing) => new TransformSequence([.. Steps(preprocessing)]);

    private IEnumerable<ImageTransform> Steps(ImagePreprocessing preprocessing)
    {
        yield return MinArea is { } area
            ? new RandomResizedCrop(preprocessing.Size, area, preprocessing.Interpolation)
            : preprocessing.Evaluation();
        if (Padding > 0)
            yield return new PaddedRandomCrop(Padding);
        if (HorizontalFlip > 0)
            yield return new RandomHorizontalFlip(HorizontalFlip);
    }
}
