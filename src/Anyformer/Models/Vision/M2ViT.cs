using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.LongConvolutions;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.FeedForward.Monarch;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>Options of <see cref="M2ViT"/>; the defaults are the published size.</summary>
public sealed record M2ViTOptions
{
    /// <summary>The published size, and one for images of some 30 pixels that is quick on few cores.</summary>
    public static IReadOnlyDictionary<string, M2ViTOptions> Presets { get; } = new Dictionary<string, M2ViTOptions>
    {
        ["base"] = new(),
        ["small-images"] = new() { Patch = 4, Width = 64, Layers = 4, HiddenWidth = 128, FilterWidth = 16, DropPath = 0.05 },
    };

    /// <summary>Side of a patch in pixels.</summary>
    [Description("side of a patch in pixels"), Range(1, 1024)]
    public int Patch { get; init; } = 16;

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 768;

    /// <summary>Blocks of layers.</summary>
    [Description("blocks of layers"), Range(1, 1000)]
    public int Layers { get; init; } = 12;

    /// <summary>Width of the hidden units of a feed-forward.</summary>
    [Description("width of the hidden units of a feed-forward"), Range(1, 1 << 20)]
    public int HiddenWidth { get; init; } = 3072;

    /// <summary>Blocks of the matrices of a feed-forward.</summary>
    [Description("blocks of the matrices of a feed-forward"), Range(1, 65536)]
    public int MatrixBlocks { get; init; } = 4;

    /// <summary>Hidden units of the network that makes filters.</summary>
    [Description("hidden units of the network that makes filters"), Range(1, 65536)]
    public int FilterWidth { get; init; } = 64;

    /// <summary>Numbers that tell a position to that network: a time, and pairs of waves; odd.</summary>
    [Description("numbers that tell a position to that network: a time, and pairs of waves; odd"), Range(3, 1023)]
    public int PositionWidth { get; init; } = 5;

    /// <summary>Probability of leaving out the last branch of a sample while training; it rises evenly from 0 at the first.</summary>
    [Description("probability of leaving out the last branch of a sample while training, rising evenly from 0 at the first")]
    [Range(0, 1, MaximumIsExclusive = true)]
    public double DropPath { get; init; } = 0.1;
}

/// <summary>
/// A Vision Transformer without attention and without dense feed-forward parts: Monarch matrices mix the tokens, as gated long convolutions
/// over patches row by row, and the channels, as block-diagonal maps (Fu et al., NeurIPS 2023, arXiv 2310.12109). No class token and no
/// positions: filters know them.
/// </summary>
/// <remarks>The authors' code for images is not public; this puts their parts together in the layout of HyenaViT, from which they say they
/// start.</remarks>
[Formula(
    "Z <- Z + monarch-mixer(norm(Z)), Z <- Z + monarch-feed-forward(norm(Z)), block after block, Z = patches(X) W + b_p at first",
    "y = W_h mean(norm(Z)) + b",
    Where = "Z: (batch, patches, width); W: (channels · patch², width); b_p: (width); W_h: (classes, width); b: (classes)")]
[Method("m2-vit", "M2-ViT", Family.PlainVision, 2023,
    Paper = "Fu, Arora, Grogan, Johnson, Eyuboglu, Thomas, Spector, Poli, Rudra, Ré, Monarch Mixer: A Simple Sub-Quadratic GEMM-Based Architecture, "
        + "NeurIPS 2023, arXiv 2310.12109",
    Complexity = "O(pixels log pixels)")]
public sealed class M2ViT : ImageClassifier
{
    /// <summary>A model with fresh weights, for images of up to as many patches as those of the shape.</summary>
    /// <exception cref="UserException">Positions are told by an even number.</exception>
    public M2ViT(ImageShape shape, M2ViTOptions options)
    {
        Patches = new PatchEmbedding(shape.Channels, options.Width, options.Patch);
        var tokens = (int)PatchGrid.Covering(shape.Height, shape.Width, options.Patch).Count;
        var dropPaths = DropPath.Rising(options.DropPath, options.Layers);
        Blocks = ModuleList<EncoderBlock>.Of(options.Layers, i => Block(options, tokens, dropPaths[i]));
        Norm = new LayerNorm(options.Width);
        Head = new Linear(options.Width, shape.Classes);
    }

    private PatchEmbedding Patches { get; }

    private ModuleList<EncoderBlock> Blocks { get; }

    private LayerNorm Norm { get; }

    private Linear Head { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images) =>
        Head.Call(Norm.Call(Blocks.Aggregate(Patches.Call(images), static (tokens, block) => block.Call(tokens))).Mean([1]));

    private static EncoderBlock Block(M2ViTOptions options, int tokens, double dropPath)
    {
        var mixer = new MonarchMixerOptions { FilterWidth = options.FilterWidth, PositionWidth = options.PositionWidth };
        ScaledPreNorm Wiring() => new(new LayerNorm(options.Width), scale: null, dropPath: dropPath);
        return new EncoderBlock(
            new MonarchMixer(new TokenMixerShape(tokens, options.Width, 1), mixer), Wiring(),
            new BlockDiagonalFeedForward(
                new ChannelMixerShape(options.Width, options.HiddenWidth), new BlockDiagonalFeedForwardOptions { Blocks = options.MatrixBlocks }),
            Wiring());
    }
}
