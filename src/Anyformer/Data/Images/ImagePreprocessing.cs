using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Data.Images.Transforms;

namespace Anyformer.Data.Images;

/// <summary>What every image goes through, in training and after it: its size and the scale of its numbers.</summary>
public sealed record ImagePreprocessing
{
    /// <summary>Height and width of what the model gets, in pixels.</summary>
    [Description("height and width of what the model gets, in pixels")]
    [Range(1, 4096)]
    public int Size { get; init; } = 224;

    /// <summary>
    /// The share of the shorter side that is looked at when not training: images are resized so that the middle of <see cref="Size"/> pixels is that
    /// share, and the middle is cut out.
    /// </summary>
    [Description("share of the shorter side that is looked at when not training")]
    [Range(0.1, 1.0)]
    public double CropShare { get; init; } = 0.875;

    /// <summary>How images are resized.</summary>
    [Description("how images are resized: bilinear or bicubic")]
    public Interpolation Interpolation { get; init; } = Interpolation.Bicubic;

    /// <summary>What a channel's levels are made to, from 0 .. 1.</summary>
    [Description("mean and deviation that are taken out of the levels: imagenet, inception, cifar10, mnist or none")]
    public ImageNormalization Normalization { get; init; } = ImageNormalization.ImageNet;

    /// <summary>What usual kinds of images go through.</summary>
    public static IReadOnlyDictionary<string, ImagePreprocessing> Presets { get; } = new Dictionary<string, ImagePreprocessing>
    {
        ["imagenet"] = new(),
        ["cifar10"] = new() { Size = 32, CropShare = 1, Normalization = ImageNormalization.Cifar10 },
        ["mnist"] = new() { Size = 28, CropShare = 1, Normalization = ImageNormalization.Mnist },
    };

    /// <summary>What an image goes through when not training.</summary>
    public ImageTransform Evaluation() => new TransformSequence(
        new ResizeShorterSide((int)(Size / CropShare), Interpolation), new CenterCrop(Size, Size));
}
