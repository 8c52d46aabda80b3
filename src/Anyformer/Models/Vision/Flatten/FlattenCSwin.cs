using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Windows;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Models.Vision.Pyramids;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Vision.Flatten;

/// <summary>Options of <see cref="FlattenCSwin"/>; the defaults are the smallest published size.</summary>
public sealed record FlattenCSwinOptions : FlattenOptions
{
    /// <summary>The published sizes, and one for images of some 30 pixels that is quick on few cores.</summary>
    public static IReadOnlyDictionary<string, FlattenCSwinOptions> Presets { get; } = new Dictionary<string, FlattenCSwinOptions>
    {
        ["tiny"] = new() { DropPath = 0.2 },
        ["small"] = new() { Depths = [2, 4, 32, 2], DropPath = 0.4 },
        ["base"] = new() { Width = 96, Depths = [3, 6, 29, 2], LinearBlocks = [3, 6, 0, 0], Heads = [4, 8, 16, 32], DropPath = 0.5 },
        ["base-384"] = new()
        {
            Width = 96,
            Depths = [3, 6, 29, 2],
            LinearBlocks = [3, 6, 0, 0],
            Heads = [4, 8, 16, 32],
            Stripes = [1, 2, 12, 12],
            DropPath = 0.7,
        },
        ["small-images"] = new()
        {
            Patch = 2,
            Width = 32,
            Depths = [1, 2, 1],
            LinearBlocks = [1, 1, 0],
            Heads = [2, 4, 8],
            Stripes = [1, 2, 4],
            HiddenRatio = 2,
            DropPath = 0.05,
        },
    };

    /// <summary>The smallest published size.</summary>
    public FlattenCSwinOptions() => (Depths, LinearBlocks, Heads) = ([2, 4, 18, 1], [2, 4, 0, 0], [2, 4, 8, 16]);

    /// <summary>Pixels from one place of the first map to the next.</summary>
    [Description("pixels from one place of the first map to the next"), Range(1, 1024)]
    public int Patch { get; init; } = 4;

    /// <summary>Channels of the first stage; each next has twice as many.</summary>
    [Description("channels of the first stage; each next has twice as many"), Range(1, 65536)]
    public int Width { get; init; } = 64;

    /// <summary>Width of a stripe of softmax attention, by stage; where it is that of the map, and in the last stage, a place sees the whole
    /// map.</summary>
    [Description("width of a stripe of softmax attention, by stage"), Range(1, 4096)]
    public ValueList<int> Stripes { get; init; } = [1, 2, 7, 7];

    /// <summary>Hidden units of a feed-forward part for each channel.</summary>
    [Description("hidden units of a feed-forward part for each channel"), Range(0, 1024, MinimumIsExclusive = true)]
    public double HiddenRatio { get; init; } = 4;

    internal void Check()
    {
        base.Check();
        if (Stripes.Count != Depths.Count)
            throw new UserException($"Every stage has a depth, and as many stripes: found {Depths.Count} depths and {Stripes.Count} stripes.");
    }
}

/// <summary>
/// The CSWin Transformer with focused linear attention over the whole map in its first stages, and stripes down and across in the others
/// (Han et al., ICCV 2023, arXiv 2308.00442).
/// </summary>
[Formula(
    "Z <- Z + attention(norm(Z)), Z <- Z + mlp(norm(Z)), stage after stage, of ever smaller and wider maps",
    "attention focused and linear over the map in the first stages, softmax in stripes of rows and columns in others; y = W_h mean(norm(Z)) + b",
    Where = "Z: map, (batch, height, width, channels); W_h: (classes, channels); b: (classes)")]
[Method("flatten-cswin", "FLatten-CSWin", Family.PyramidVision, 2023,
    System = "flatten",
    Paper = "Han, Pan, Han, Song, Huang, FLatten Transformer: Vision Transformer using Focused Linear Attention, ICCV 2023, arXiv 2308.00442",
    Complexity = "O(pixels^1.5)")]
public sealed class FlattenCSwin : ImageClassifier
{
    /// <summary>A model with fresh weights, for images of one size.</summary>
    /// <exception cref="UserException">The options contradict each other, or a width is no multiple of its heads.</exception>
    public FlattenCSwin(ImageShape shape, FlattenCSwinOptions options)
    {
        options.Check();
        var last = options.Width << (options.Depths.Count - 1);
        Pyramid = new Pyramid(shape, Stages(shape, options), new LayerNorm(last));
        Head = new Linear(last, shape.Classes);
        VisionEncoder.InitializeMaps(this);
    }

    private Pyramid Pyramid { get; }

    private Linear Head { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images) => Head.Call(Pyramid.Call(images));

    private static IEnumerable<PyramidStage> Stages(ImageShape shape, FlattenCSwinOptions options)
    {
        var (map, dropPaths) = (new PatchGrid(shape.Height, shape.Width), options.DropPaths());
        for (var stage = 0; stage < options.Depths.Count; stage++)
        {
            var width = options.Width << stage;
            var embedding = stage == 0
                ? new ConvEmbedding(shape.Channels, width, 7, options.Patch, padding: 2)
                : new ConvEmbedding(width / 2, width, 3, 2, padding: 1);
            map = embedding.SizeOf(map);
            yield return new PyramidStage(embedding, null, Enumerable.Range(0, options.Depths[stage]).Select(block => new PyramidBlock(
                width, new CrossShapedAttention(width, options.InputBias, Branches(options, stage, block, map)),
                new PositionwiseFeedForward(width, (int)(width * options.HiddenRatio), Activations.Named("gelu"), options.Dropout),
                dropPaths[stage][block], options.Dropout)));
        }
    }

    private static IEnumerable<MapBranch> Branches(FlattenCSwinOptions options, int stage, int block, PatchGrid map)
    {
        var (width, heads, stripe) = (options.Width << stage, options.Heads[stage], options.Stripes[stage]);
        if (options.IsLinear(stage, block))
            return [new FocusedBranch(width, heads, map.Count, options.Focused)];
        if (stage == options.Depths.Count - 1 || stripe >= Math.Max(map.Height, map.Width))
            return [new StripeBranch(width, heads, new ImageWindows(map.Height, map.Width), options.AttentionDropout)];
        if (heads % 2 != 0)
            throw new UserException($"Half of the heads attend down and half across, so their number must be even; found {heads}.");
        return
        [
            new StripeBranch(width / 2, heads / 2, new ImageWindows(map.Height, Math.Min(stripe, map.Width)), options.AttentionDropout),
            new StripeBranch(width / 2, heads / 2, new ImageWindows(Math.Min(stripe, map.Height), map.Width), options.AttentionDropout),
        ];
    }
}
