using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.Kernels;
using Anyformer.Catalog;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Vision.Flatten;

/// <summary>Options of <see cref="FlattenDeiT"/>; the defaults are the published size.</summary>
public sealed record FlattenDeiTOptions
{
    /// <summary>The published size, and one for images of some 30 pixels that is quick on few cores.</summary>
    public static IReadOnlyDictionary<string, FlattenDeiTOptions> Presets { get; } = new Dictionary<string, FlattenDeiTOptions>
    {
        ["tiny"] = new(),
        ["small-images"] = new() { Patch = 4, Width = 64, Layers = 4, Heads = 4, HiddenWidth = 128, DropPath = 0.05 },
    };

    /// <summary>Side of a patch in pixels.</summary>
    [Description("side of a patch in pixels"), Range(1, 1024)]
    public int Patch { get; init; } = 16;

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 192;

    /// <summary>Blocks.</summary>
    [Description("blocks"), Range(1, 1000)]
    public int Layers { get; init; } = 12;

    /// <summary>Heads of attention, each an equal share of the width.</summary>
    [Description("heads of attention, each an equal share of the width"), Range(1, 1024)]
    public int Heads { get; init; } = 3;

    /// <summary>Width of the hidden units of a feed-forward.</summary>
    [Description("width of the hidden units of a feed-forward"), Range(1, 1 << 20)]
    public int HiddenWidth { get; init; } = 768;

    /// <summary>The power of focused features.</summary>
    [Description("power of focused features"), Range(0, 64, MinimumIsExclusive = true)]
    public double Factor { get; init; } = 3;

    /// <summary>Patches along each side that the convolution of linear attention covers, odd.</summary>
    [Description("patches along each side that the convolution of linear attention covers, odd"), Range(1, 1023)]
    public int Kernel { get; init; } = 5;

    /// <summary>Probability of leaving out the last branch of a sample while training; it rises evenly from 0 at the first.</summary>
    [Description("probability of leaving out the last branch of a sample while training, rising evenly from 0 at the first")]
    [Range(0, 1, MaximumIsExclusive = true)]
    public double DropPath { get; init; } = 0.1;
}

/// <summary>
/// The plain Vision Transformer with focused linear attention (Han et al., ICCV 2023, arXiv 2308.00442, section 4). The authors publish no
/// code for it: here the class token attends and is attended to as any other, and the convolution of the values runs over the patches.
/// </summary>
[Formula(
    "Z = blocks([c, patches(X) W + P]), pre-norm, attention that of focused-attention",
    "y = W_h norm(Z)_0 + b",
    Where = "Z: (batch, 1 + patches, width); c: class token, learned, (width); W: (channels · patch², width); "
        + "P: learned, (patches, width); W_h: (classes, width); b: (classes)")]
[Method("flatten-deit", "FLatten-DeiT", Family.PlainVision, 2023,
    System = "flatten",
    Paper = "Han, Pan, Han, Song, Huang, FLatten Transformer: Vision Transformer using Focused Linear Attention, ICCV 2023, arXiv 2308.00442",
    Complexity = "O(pixels)")]
public sealed class FlattenDeiT : ImageClassifier
{
    private readonly int _patch;
    private readonly int _width;

    /// <summary>A model with fresh weights, for images of one width and any height.</summary>
    /// <exception cref="UserException">The width of a token is no multiple of the heads, or the kernel is even.</exception>
    public FlattenDeiT(ImageShape shape, FlattenDeiTOptions options)
    {
        (_patch, _width) = (options.Patch, shape.Width);
        var attention = new FocusedAttentionOptions
        {
            Factor = options.Factor,
            Kernel = options.Kernel,
            Columns = (int)PatchGrid.Covering(shape.Height, shape.Width, options.Patch).Width,
            Prefix = 1,
        };
        Transformer = new VisionTransformer(shape, new VisionTransformerOptions
        {
            Patch = options.Patch,
            Width = options.Width,
            Layers = options.Layers,
            Heads = options.Heads,
            HiddenWidth = options.HiddenWidth,
            DropPath = options.DropPath,
            Attention = Part<TokenMixer>.Of("focused-attention", attention),
        });
    }

    private VisionTransformer Transformer { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images)
    {
        if (images.Dimensions == 4 && PatchGrid.Covering(1, images.Size(3), _patch) != PatchGrid.Covering(1, _width, _patch))
            throw new UserException($"The model is built for images {_width} pixels wide, found {images.Size(3)}.");
        return Transformer.Call(images);
    }
}
