using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.FeedForward;
using Anyformer.Recipes;

namespace Anyformer.Models.Vision;

/// <summary>What stands for a whole image.</summary>
public enum ImagePooling
{
    /// <summary>The class token.</summary>
    Token,

    /// <summary>The mean of the patches.</summary>
    Average,

    /// <summary>What a learned query gathers from all tokens.</summary>
    Map,
}

/// <summary>Options of <see cref="VisionTransformer"/>; the defaults are the smallest published size.</summary>
public sealed record VisionTransformerOptions : VisionEncoderOptions
{
    /// <summary>The published sizes of ViT and of DINOv2, and one for images of some 30 pixels that is quick on few cores.</summary>
    public static IReadOnlyDictionary<string, VisionTransformerOptions> Presets { get; } = new Dictionary<string, VisionTransformerOptions>
    {
        ["tiny"] = Sized(16, 192, 12, 3),
        ["small"] = Sized(16, 384, 12, 6),
        ["base"] = Sized(16, 768, 12, 12),
        ["large"] = Sized(16, 1024, 24, 16),
        ["huge"] = Sized(14, 1280, 32, 16),
        ["dinov2-small"] = Registered(384, 12, 6),
        ["dinov2-base"] = Registered(768, 12, 12),
        ["dinov2-large"] = Registered(1024, 24, 16),
        ["dinov2-giant"] = Registered(1536, 40, 24) with
        {
            HiddenWidth = 4096,
            FeedForward = Part<ChannelMixer>.Of("gated-feed-forward", new GatedFeedForwardOptions { Activation = "silu", Bias = true }),
        },
        ["small-images"] = Sized(4, 64, 4, 4) with { HiddenWidth = 128, Pooling = ImagePooling.Average, Initialization = MapInitialization.Xavier },
    };

    /// <summary>Whether a class token stands before the patches.</summary>
    [Description("a class token stands before the patches")]
    public bool ClassToken { get; init; } = true;

    /// <summary>What stands for a whole image.</summary>
    [Description("what stands for a whole image: the class token, the mean of the patches, or what a learned query gathers")]
    public ImagePooling Pooling { get; init; }

    /// <summary>Whether the normalisation comes after the pooling instead of before; null for after only when patches are averaged.</summary>
    [Description("the normalisation comes after the pooling instead of before; when nothing is said, after only when patches are averaged")]
    public bool? PooledNorm { get; init; }

    /// <summary>Width of a map with tanh before the head, as models for ImageNet-21k had; null for none.</summary>
    [Description("width of a map with tanh before the head, as models for ImageNet-21k had; nothing for none"), Range(1, 65536)]
    public int? RepresentationWidth { get; init; }

    private static VisionTransformerOptions Sized(int patch, int width, int layers, int heads) =>
        new() { Patch = patch, Width = width, Layers = layers, Heads = heads, HiddenWidth = 4 * width };

    /// <summary>DINOv2 with registers (Darcet et al. 2024, arXiv 2309.16588), built for images of 518 pixels.</summary>
    private static VisionTransformerOptions Registered(int width, int layers, int heads) => Sized(14, width, layers, heads) with
    {
        Registers = 4,
        PrefixPositions = PrefixPositions.Class,
        LayerScale = 1,
        MaskToken = true,
    };
}
