using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Kernels;
using Anyformer.Attention.Windows;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Models.Vision.Pyramids;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Vision.Flatten;

/// <summary>Options of <see cref="FlattenSwin"/>; the defaults are the smallest published size.</summary>
public sealed record FlattenSwinOptions : FlattenOptions
{
    /// <summary>The published sizes, and one for images of some 30 pixels that is quick on few cores.</summary>
    public static IReadOnlyDictionary<string, FlattenSwinOptions> Presets { get; } = new Dictionary<string, FlattenSwinOptions>
    {
        ["tiny"] = new() { DropPath = 0.2 },
        ["small"] = new() { Depths = [2, 2, 18, 2], DropPath = 0.3 },
        ["base"] = new() { Width = 128, Depths = [2, 2, 18, 2], Heads = [4, 8, 16, 32], DropPath = 0.5 },
        ["base-384"] = new()
        {
            Width = 128,
            Depths = [2, 2, 18, 2],
            Heads = [4, 8, 16, 32],
            Window = 96,
            SoftmaxWindow = 12,
            DropPath = 0.5,
        },
        ["small-images"] = new()
        {
            Patch = 2,
            Width = 32,
            Depths = [2, 2, 2],
            LinearBlocks = [2, 2, 0],
            Heads = [2, 4, 8],
            HiddenRatio = 2,
            DropPath = 0.05,
        },
    };

    /// <summary>Side of a patch in pixels.</summary>
    [Description("side of a patch in pixels"), Range(1, 1024)]
    public int Patch { get; init; } = 4;

    /// <summary>Channels of the first stage; each next has twice as many.</summary>
    [Description("channels of the first stage; each next has twice as many"), Range(1, 65536)]
    public int Width { get; init; } = 96;

    /// <summary>Places along each side of a window of linear attention; where the map is no larger, it is one window.</summary>
    [Description("places along each side of a window of linear attention"), Range(1, 4096)]
    public int Window { get; init; } = 56;

    /// <summary>Places along each side of a window of softmax attention; where the map is no larger, it is one window.</summary>
    [Description("places along each side of a window of softmax attention"), Range(1, 4096)]
    public int SoftmaxWindow { get; init; } = 7;

    /// <summary>Hidden units of a feed-forward part for each channel.</summary>
    [Description("hidden units of a feed-forward part for each channel"), Range(0, 1024, MinimumIsExclusive = true)]
    public double HiddenRatio { get; init; } = 4;

    /// <summary>Whether patches are normalised.</summary>
    [Description("patches are normalised")]
    public bool PatchNorm { get; init; } = true;

    /// <summary>Whether patches have learned positions.</summary>
    [Description("patches have learned positions")]
    public bool Positions { get; init; }

    internal void Check() => base.Check();
}

/// <summary>
/// Swin with focused linear attention in its first stages, in windows as large as the map (Han et al., ICCV 2023, arXiv 2308.00442). Maps that
/// are no multiple of the window are padded with zeros, which take part; the mask of shifted windows holds for softmax attention alone, as in
/// the authors' code.
/// </summary>
[Formula(
    "Z <- Z + attention(norm(Z)), Z <- Z + mlp(norm(Z)), stage after stage, of ever smaller and wider maps",
    "attention in windows, shifted in every other block: focused and linear in the first stages, softmax in others; y = W_h mean(norm(Z)) + b",
    Where = "Z: map, (batch, height, width, channels); W_h: (classes, channels); b: (classes)")]
[Method("flatten-swin", "FLatten-Swin", Family.PyramidVision, 2023,
    System = "flatten",
    Paper = "Han, Pan, Han, Song, Huang, FLatten Transformer: Vision Transformer using Focused Linear Attention, ICCV 2023, arXiv 2308.00442",
    Complexity = "O(pixels)")]
public sealed class FlattenSwin : ImageClassifier
{
    /// <summary>A model with fresh weights, for images of one size.</summary>
    /// <exception cref="UserException">The options contradict each other, or a width is no multiple of its heads.</exception>
    public FlattenSwin(ImageShape shape, FlattenSwinOptions options)
    {
        options.Check();
        Pyramid = new Pyramid(shape, Stages(shape, options), new LayerNorm(options.Width << (options.Depths.Count - 1)));
        Head = new Linear(options.Width << (options.Depths.Count - 1), shape.Classes);
        VisionEncoder.InitializeMaps(this);
    }

    private Pyramid Pyramid { get; }

    private Linear Head { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images) => Head.Call(Pyramid.Call(images));

    private static IEnumerable<PyramidStage> Stages(ImageShape shape, FlattenSwinOptions options)
    {
        var patches = new ConvEmbedding(shape.Channels, options.Width, options.Patch, options.Patch, hasNorm: options.PatchNorm);
        var map = patches.SizeOf(new PatchGrid(shape.Height, shape.Width));
        var positions = options.Positions ? Initialization.TruncatedNormal(Parameter.Empty(1, map.Count, options.Width), 0, 0.02) : null;
        yield return new PyramidStage(patches, positions, Blocks(options, 0, map), dropout: options.Dropout);
        for (var stage = 1; stage < options.Depths.Count; stage++)
        {
            map = PatchMerging.SizeOf(map);
            yield return new PyramidStage(new PatchMerging(options.Width << (stage - 1)), null, Blocks(options, stage, map));
        }
    }

    private static PyramidBlock[] Blocks(FlattenSwinOptions options, int stage, PatchGrid map)
    {
        var (width, dropPaths) = (options.Width << stage, options.DropPaths()[stage]);
        return [.. Enumerable.Range(0, options.Depths[stage]).Select(block => new PyramidBlock(
            width, Mixer(options, stage, block, map),
            new PositionwiseFeedForward(width, (int)(width * options.HiddenRatio), Activations.Named("gelu"), options.Dropout),
            dropPaths[block], options.Dropout))];
    }

    private static ShiftedWindows Mixer(FlattenSwinOptions options, int stage, int block, PatchGrid map)
    {
        var (width, heads) = (options.Width << stage, options.Heads[stage]);
        var (wanted, side) = (options.IsLinear(stage, block) ? options.Window : options.SoftmaxWindow, Math.Min(map.Height, map.Width));
        var (window, shift) = (Math.Min(wanted, side), side > wanted && block % 2 == 1 ? wanted / 2 : 0);
        return new ShiftedWindows(window, shift, options.IsLinear(stage, block)
            ? new FocusedMapAttention(width, heads, window * window, options.Focused, options.InputBias)
            : new WindowAttention(width, heads, window, shift > 0 ? ShiftedWindows.Mask(map.Height, map.Width, window, shift) : null,
                options.InputBias, options.AttentionDropout));
    }
}
