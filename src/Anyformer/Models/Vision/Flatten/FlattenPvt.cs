using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Downsampling;
using Anyformer.Attention.Kernels;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Models.Vision.Pyramids;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Vision.Flatten;

/// <summary>Options of the Pyramid Vision Transformers with focused linear attention.</summary>
public abstract record FlattenPvtBaseOptions : FlattenOptions
{
    /// <summary>Pixels from one place of the first map to the next.</summary>
    [Description("pixels from one place of the first map to the next"), Range(1, 1024)]
    public int Patch { get; init; } = 4;

    /// <summary>Channels, by stage.</summary>
    [Description("channels, by stage"), Range(1, 65536)]
    public ValueList<int> Widths { get; init; } = [64, 128, 320, 512];

    /// <summary>Hidden units of a feed-forward part for each channel, by stage.</summary>
    [Description("hidden units of a feed-forward part for each channel, by stage"), Range(0, 1024, MinimumIsExclusive = true)]
    public ValueList<double> HiddenRatios { get; init; } = [8, 8, 4, 4];

    /// <summary>How many times shorter the sides of the map of keys and values are in blocks of softmax attention, by stage.</summary>
    [Description("how many times shorter the sides of the map of keys are in softmax attention, by stage"), Range(1, 1024)]
    public ValueList<int> Reductions { get; init; } = [8, 4, 2, 1];

    /// <summary>How many times shorter the sides of the map of keys and values are in blocks of linear attention, by stage.</summary>
    [Description("how many times shorter the sides of the map of keys are in linear attention, by stage"), Range(1, 1024)]
    public ValueList<int> LinearReductions { get; init; } = [1, 1, 1, 1];

    internal void Check()
    {
        Check(Widths);
        if (HiddenRatios.Count != Depths.Count || Reductions.Count != Depths.Count || LinearReductions.Count != Depths.Count)
            throw new UserException(
                $"Every stage has a depth, a hidden ratio and two reductions: found {Depths.Count} depths, {HiddenRatios.Count} ratios, "
                + $"{Reductions.Count} reductions and {LinearReductions.Count} linear reductions.");
    }

    /// <summary>Attention of a block over a map.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="block">The block of the stage.</param>
    /// <param name="map">The size of the map.</param>
    /// <param name="isPooled">Whether keys and values come of a map of a fixed size.</param>
    internal TensorModule Mixer(int stage, int block, PatchGrid map, bool isPooled = false)
    {
        var (width, heads, isLinear) = (Widths[stage], Heads[stage], IsLinear(stage, block));
        var ratio = (isLinear ? LinearReductions : Reductions)[stage];
        TensorModule? reduction = isPooled ? new PooledReduction(width) : ratio > 1 ? new SpatialReduction(width, ratio) : null;
        var keys = isPooled ? PooledReduction.Places : SpatialReduction.PlacesOf(map.Height, map.Width, ratio);
        return isLinear
            ? new FocusedMapAttention(width, heads, keys, Focused, InputBias, reduction)
            : new ReducedAttention(width, heads, InputBias, reduction, AttentionDropout);
    }
}

/// <summary>Options of <see cref="FlattenPvt"/>; the defaults are the smallest published size.</summary>
public sealed record FlattenPvtOptions : FlattenPvtBaseOptions
{
    /// <summary>The published sizes, and one for images of some 30 pixels that is quick on few cores.</summary>
    public static IReadOnlyDictionary<string, FlattenPvtOptions> Presets { get; } = new Dictionary<string, FlattenPvtOptions>
    {
        ["tiny"] = Sized(2, 2, 2, 2),
        ["small"] = Sized(3, 4, 6, 3),
        ["medium"] = Sized(3, 4, 18, 3) with { DropPath = 0.3 },
        ["large"] = Sized(3, 8, 27, 3) with { DropPath = 0.3 },
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

    private static FlattenPvtOptions Sized(params int[] depths) =>
        new() { Depths = new(depths), LinearBlocks = new(depths), Heads = [1, 2, 5, 8] };
}

/// <summary>
/// The Pyramid Vision Transformer with focused linear attention (Han et al., ICCV 2023, arXiv 2308.00442): patches of patches, learned
/// positions in every stage, no class token.
/// </summary>
[Formula(
    "Z <- Z + attention(norm(Z)), Z <- Z + mlp(norm(Z)), stage after stage, of ever smaller and wider maps",
    "attention to keys of shorter maps: focused and linear in the first stages, softmax in others; learned positions; y = W_h mean(Z) + b",
    Where = "Z: map, (batch, height, width, channels); W_h: (classes, channels); b: (classes)")]
[Method("flatten-pvt", "FLatten-PVT", Family.PyramidVision, 2023,
    System = "flatten",
    Paper = "Han, Pan, Han, Song, Huang, FLatten Transformer: Vision Transformer using Focused Linear Attention, ICCV 2023, arXiv 2308.00442",
    Complexity = "O(pixels)")]
public sealed class FlattenPvt : ImageClassifier
{
    /// <summary>A model with fresh weights, for images of one size.</summary>
    /// <exception cref="UserException">The options contradict each other, or a width is no multiple of its heads.</exception>
    public FlattenPvt(ImageShape shape, FlattenPvtOptions options)
    {
        options.Check();
        Pyramid = new Pyramid(shape, Stages(shape, options));
        Head = new Linear(options.Widths[^1], shape.Classes);
        VisionEncoder.InitializeMaps(this);
    }

    private Pyramid Pyramid { get; }

    private Linear Head { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images) => Head.Call(Pyramid.Call(images));

    private static IEnumerable<PyramidStage> Stages(ImageShape shape, FlattenPvtOptions options)
    {
        var (map, channels, dropPaths) = (new PatchGrid(shape.Height, shape.Width), shape.Channels, options.DropPaths());
        for (var stage = 0; stage < options.Depths.Count; stage++)
        {
            var (patch, width) = (stage == 0 ? options.Patch : 2, options.Widths[stage]);
            var patches = new ConvEmbedding(channels, width, patch, patch);
            map = patches.SizeOf(map);
            var positions = Initialization.TruncatedNormal(Parameter.Empty(1, map.Count, width), 0, 0.02);
            yield return new PyramidStage(patches, positions, Enumerable.Range(0, options.Depths[stage]).Select(block => new PyramidBlock(
                width, options.Mixer(stage, block, map),
                new PositionwiseFeedForward(width, (int)(width * options.HiddenRatios[stage]), Activations.Named("gelu"), options.Dropout),
                dropPaths[stage][block], options.Dropout, epsilon: 1e-6)), dropout: options.Dropout);
            channels = width;
        }
    }
}
