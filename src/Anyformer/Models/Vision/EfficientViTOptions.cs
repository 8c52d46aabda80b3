using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Models.Vision;

/// <summary>Options of <see cref="EfficientViT"/>; the defaults are the published size M0.</summary>
public sealed record EfficientViTOptions
{
    /// <summary>The published sizes, for images of 224 pixels, and one for images of some 30 pixels that is quick on few cores.</summary>
    public static IReadOnlyDictionary<string, EfficientViTOptions> Presets { get; } = new Dictionary<string, EfficientViTOptions>
    {
        ["small-images"] = new()
        {
            PatchSize = 4,
            Widths = [32, 48, 64],
            Depths = [1, 1, 2],
            Heads = [2, 3, 4],
            Kernels = [5, 3, 3, 3],
            Windows = [8, 8, 8],
        },
        ["m0"] = new(),
        ["m1"] = new() { Widths = [128, 144, 192], Heads = [2, 3, 3], Kernels = [7, 5, 3] },
        ["m2"] = new() { Widths = [128, 192, 224], Heads = [4, 3, 2], Kernels = [7, 5, 3, 3] },
        ["m3"] = new() { Widths = [128, 240, 320], Heads = [4, 3, 4] },
        ["m4"] = new() { Widths = [128, 256, 384], Kernels = [7, 5, 3, 3] },
        ["m5"] = new() { Widths = [192, 288, 384], Depths = [1, 3, 4], Heads = [3, 3, 4], Kernels = [7, 5, 3, 3] },
    };

    /// <summary>Pixels along each side of a place of the first map, a power of two: each doubling is a convolution of stride 2.</summary>
    [Description("pixels along each side of a place of the first map, a power of two"), Range(2, 1024)]
    public int PatchSize { get; init; } = 16;

    /// <summary>Channels, by stage.</summary>
    [Description("channels, by stage"), Range(1, 65536)]
    public ValueList<int> Widths { get; init; } = [64, 128, 192];

    /// <summary>Blocks, by stage.</summary>
    [Description("blocks, by stage"), Range(0, 1000)]
    public ValueList<int> Depths { get; init; } = [1, 2, 3];

    /// <summary>Attention heads, by stage.</summary>
    [Description("attention heads, by stage"), Range(1, 1024)]
    public ValueList<int> Heads { get; init; } = [4, 4, 4];

    /// <summary>Width of the queries and keys of a head, by stage.</summary>
    [Description("width of the queries and keys of a head, by stage"), Range(1, 65536)]
    public ValueList<int> KeyWidths { get; init; } = [16, 16, 16];

    /// <summary>Places along each side of a window of attention, by stage; smaller maps are one window.</summary>
    [Description("places along each side of a window of attention, by stage"), Range(1, 1024)]
    public ValueList<int> Windows { get; init; } = [7, 7, 7];

    /// <summary>Kernels of the convolutions of queries, by head, odd; at least as many as there are heads.</summary>
    [Description("kernels of the convolutions of queries, by head, odd"), Range(1, 1023)]
    public ValueList<int> Kernels { get; init; } = [5, 5, 5, 5];

    /// <summary>Whether a second head learns from a teacher; outside training the scores are the mean of both.</summary>
    [Description("a second head, which learns from a teacher")]
    public bool Distilled { get; init; }

    /// <summary>Refuses lists of different lengths and a patch size that is no power of two.</summary>
    internal void Check()
    {
        (string Name, ValueList<int> List)[] lists = [("depths", Depths), ("heads", Heads), ("key widths", KeyWidths), ("windows", Windows)];
        foreach (var (name, list) in lists)
            if (list.Count != Widths.Count)
                throw new UserException($"Every stage has a width, and as many {name}: found {Widths.Count} widths and {list.Count} {name}.");
        if (Widths.Count == 0)
            throw new UserException("EfficientViT needs at least one stage, found no widths.");
        if (!int.IsPow2(PatchSize) || PatchSize < 2)
            throw new UserException($"The patch size must be a power of two from 2 up, found {PatchSize}.");
        if (Kernels.Count < Heads.Max())
            throw new UserException($"Each of {Heads.Max()} heads needs a kernel, found {Kernels.Count}.");
    }
}
