using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Models.Vision.Pyramids;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Vision.Flatten;

/// <summary>Options of <see cref="FlattenPvtV2"/>; the defaults are the published size b1.</summary>
public sealed record FlattenPvtV2Options : FlattenPvtBaseOptions
{
    /// <summary>The published sizes, and one for images of some 30 pixels that is quick on few cores.</summary>
    public static IReadOnlyDictionary<string, FlattenPvtV2Options> Presets { get; } = new Dictionary<string, FlattenPvtV2Options>
    {
        ["b0"] = Sized(2, 2, 2, 2) with { Widths = [32, 64, 160, 256] },
        ["b1"] = Sized(2, 2, 2, 2),
        ["b2"] = Sized(3, 4, 6, 3),
        ["b3"] = Sized(3, 4, 18, 3) with { DropPath = 0.3 },
        ["b4"] = Sized(3, 8, 27, 3) with { DropPath = 0.3 },
        ["small-images"] = new()
        {
            Patch = 2,
            Widths = [32, 64, 128],
            Depths = [1, 2, 1],
            LinearBlocks = [1, 2, 1],
            Heads = [1, 2, 4],
            HiddenRatios = [4, 2, 2],
            Reductions = [4, 2, 1],
            LinearReductions = [1, 1, 1],
            DropPath = 0.05,
        },
    };

    /// <summary>Whether keys and values come of a map of 7 by 7 places, whatever the size of the map.</summary>
    [Description("keys and values come of a map of 7 by 7 places, whatever the size of the map")]
    public bool Pooled { get; init; }

    private static FlattenPvtV2Options Sized(params int[] depths) =>
        new() { Depths = new(depths), LinearBlocks = new(depths), Heads = [1, 2, 5, 8] };
}

/// <summary>
/// The second Pyramid Vision Transformer with focused linear attention (Han et al., ICCV 2023, arXiv 2308.00442): patches overlap, and
/// convolutions in the feed-forward parts take the place of positions.
/// </summary>
[Formula(
    "Z <- Z + attention(norm(Z)), Z <- Z + mlp(norm(Z)), stage after stage, of ever smaller and wider maps",
    "attention as in flatten-pvt; mlp with dwconv3 between its maps, overlapping patches, no positions; y = W_h mean(norm(Z)) + b",
    Where = "Z: map, (batch, height, width, channels); W_h: (classes, channels); b: (classes)")]
[Method("flatten-pvt-v2", "FLatten-PVTv2", Family.PyramidVision, 2023,
    System = "flatten",
    Paper = "Han, Pan, Han, Song, Huang, FLatten Transformer: Vision Transformer using Focused Linear Attention, ICCV 2023, arXiv 2308.00442",
    Complexity = "O(pixels)")]
public sealed class FlattenPvtV2 : ImageClassifier
{
    /// <summary>A model with fresh weights, for images of one size.</summary>
    /// <exception cref="UserException">The options contradict each other, or a width is no multiple of its heads.</exception>
    public FlattenPvtV2(ImageShape shape, FlattenPvtV2Options options)
    {
        options.Check();
        Pyramid = new Pyramid(shape, Stages(shape, options));
        Head = new Linear(options.Widths[^1], shape.Classes);
        VisionEncoder.InitializeMaps(this);
        foreach (var (_, part) in Modules())
            if (part is Conv2d convolution)
                Initialize(convolution);
    }

    private Pyramid Pyramid { get; }

    private Linear Head { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images) => Head.Call(Pyramid.Call(images));

    private static IEnumerable<PyramidStage> Stages(ImageShape shape, FlattenPvtV2Options options)
    {
        var (map, channels, dropPaths) = (new PatchGrid(shape.Height, shape.Width), shape.Channels, options.DropPaths());
        for (var stage = 0; stage < options.Depths.Count; stage++)
        {
            var width = options.Widths[stage];
            var patches = stage == 0
                ? new ConvEmbedding(channels, width, 7, options.Patch, padding: 3)
                : new ConvEmbedding(channels, width, 3, 2, padding: 1);
            map = patches.SizeOf(map);
            yield return new PyramidStage(patches, null, Enumerable.Range(0, options.Depths[stage]).Select(block => new PyramidBlock(
                width, options.Mixer(stage, block, map, options.Pooled),
                new ConvFeedForward(width, (int)(width * options.HiddenRatios[stage]), options.Pooled, options.Dropout),
                dropPaths[stage][block], options.Dropout, epsilon: 1e-6)), new LayerNorm(width, 1e-6));
            channels = width;
        }
    }

    /// <summary>Normal weights of a deviation that keeps the scale of gradients.</summary>
    private static void Initialize(Conv2d convolution)
    {
        var fanOut = convolution.Weight.Size(0) * convolution.Weight.Size(2) * convolution.Weight.Size(3) / convolution.Groups;
        Initialization.Normal(convolution.Weight, 0, Math.Sqrt(2.0 / fanOut));
        if (convolution.Bias is { } bias)
            Initialization.Constant(bias, 0);
    }
}
