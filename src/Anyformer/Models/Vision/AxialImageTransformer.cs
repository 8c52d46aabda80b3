using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>Options of <see cref="AxialImageTransformer"/>.</summary>
public sealed record AxialImageTransformerOptions
{
    /// <summary>Channels of the images.</summary>
    [Description("channels of the images"), Range(1, 65536)]
    public int Width { get; init; } = 64;

    /// <summary>Blocks.</summary>
    [Description("blocks"), Range(1, 1000)]
    public int Layers { get; init; } = 6;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 8;

    /// <summary>Width of a head; null for an equal share of the channels.</summary>
    [Description("width of a head; without it, an equal share of the channels"), Range(1, 65536)]
    public int? HeadWidth { get; init; }

    /// <summary>Whether blocks are reversible, on two copies of the images, so that memory does not grow with them.</summary>
    [Description("reversible blocks, whose memory does not grow with their number")]
    public bool Reversible { get; init; } = true;

    /// <summary>Height and width of images whose places have learned vectors; null for none.</summary>
    [Description("height and width of images whose places have learned vectors; without it, none")]
    public ValueList<int>? Positions { get; init; }
}

/// <summary>
/// Blocks of attention along the height and the width of images and of convolutions, (batch, channels, height, width) to the same, after
/// Ho, Kalchbrenner, Weissenborn and Salimans 2019 (arXiv 1912.12180), as lucidrains/axial-attention arranges them.
/// </summary>
[Formula(
    "Z = X + P, Z <- Z + attention_height(norm(Z)), Z <- Z + attention_width(norm(Z)), Z <- Z + g(Z) twice, block after block",
    "g(Z) = conv3(leaky-relu(conv3(norm(Z))))",
    Where = "X, Z: (batch, channels, height, width); P: learned, a sum of a part of each axis; "
        + "g: convolutions with four times the channels between them")]
[Method("axial-image-transformer", "Axial Transformer over images", Family.ImageMaps, 2019, System = "axial",
    Paper = "Ho, Kalchbrenner, Weissenborn, Salimans, Axial Attention in Multidimensional Transformers, 2019, arXiv 1912.12180",
    Complexity = "O(tokens · √tokens)")]
public sealed class AxialImageTransformer : Module
{
    private readonly bool _reversible;

    /// <summary>A model with fresh weights.</summary>
    /// <exception cref="UserException">The channels are no multiple of the heads, or the positions are not those of a height and a width.</exception>
    public AxialImageTransformer(AxialImageTransformerOptions options)
    {
        _reversible = options.Reversible;
        if (options.Positions is { } sizes)
        {
            if (sizes.Count != 2 || sizes.Any(size => size < 1))
                throw new UserException($"Positions of images need a height and a width, found [{string.Join(", ", sizes)}].");
            HeightPositions = Initialization.Normal(Parameter.Empty(1, options.Width, sizes[0], 1));
            WidthPositions = Initialization.Normal(Parameter.Empty(1, options.Width, 1, sizes[1]));
        }

        Blocks = ModuleList<AxialImageBlock>.Of(options.Layers, _ => new AxialImageBlock(options));
    }

    /// <summary>(1, channels, height, 1).</summary>
    private Parameter? HeightPositions { get; }

    /// <summary>(1, channels, 1, width).</summary>
    private Parameter? WidthPositions { get; }

    private ModuleList<AxialImageBlock> Blocks { get; }

    /// <summary>The images after all blocks.</summary>
    /// <param name="images">(batch, channels, height, width).</param>
    /// <exception cref="UserException">The images have another height or width than the positions.</exception>
    public Tensor Call(Tensor images)
    {
        using var scope = new TensorScope(this);
        var placed = Place(images);
        var branches = Blocks.SelectMany(block => block.Branches()).ToArray();
        if (!_reversible)
            return scope.Keep(branches.Aggregate(placed, (image, branch) => image + branch.Call(image)));
        var (first, second) = new ReversibleSequence(branches).Call(placed, placed);
        return scope.Keep((first + second) / 2);
    }

    private Tensor Place(Tensor images)
    {
        if (HeightPositions is not { } height || WidthPositions is not { } width)
            return images;
        if (images.Size(2) != height.Size(2) || images.Size(3) != width.Size(3))
            throw new UserException($"There are positions for images of {height.Size(2)} by {width.Size(3)}, "
                + $"found images of {images.Size(2)} by {images.Size(3)}.");
        return images + height + width;
    }
}
