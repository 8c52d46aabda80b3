using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Monarch;

/// <summary>Options of <see cref="BlockDiagonalFeedForward"/>.</summary>
public sealed record BlockDiagonalFeedForwardOptions
{
    /// <summary>Blocks of the matrices.</summary>
    [Description("blocks of the matrices"), Range(1, 65536)]
    public int Blocks { get; init; } = 4;

    /// <summary>The activation between the maps, by its name.</summary>
    [Description("activation between the maps: relu, gelu, silu ...")]
    public string Activation { get; init; } = "gelu";

    /// <summary>Whether the first map has a bias.</summary>
    [Description("the first map has a bias")]
    public bool HiddenBias { get; init; } = true;

    /// <summary>Whether neighbouring channels go to different blocks.</summary>
    [Description("neighbouring channels go to different blocks")]
    public bool Shuffle { get; init; }
}

/// <summary>A feed-forward part with block-diagonal matrices, as Monarch Mixer mixes channels: a block's share of the weights and of the
/// time.</summary>
[Formula(
    "y = B2 act(B1 x + b1) + b2, B1 and B2 block-diagonal",
    Where = "B1: (hidden, width), in blocks; B2: (width, hidden), in blocks; b1: (hidden); b2: (width)")]
[Method("monarch-feed-forward", "Monarch feed-forward", Family.FeedForward, 2023,
    System = "m2-vit",
    Paper = "Fu, Arora, Grogan, Johnson, Eyuboglu, Thomas, Spector, Poli, Rudra, Ré, Monarch Mixer: A Simple Sub-Quadratic GEMM-Based Architecture, "
        + "NeurIPS 2023, arXiv 2310.12109",
    Complexity = "O(tokens)")]
public sealed class BlockDiagonalFeedForward : ChannelMixer
{
    private readonly Activation _activation;

    /// <summary>A feed-forward part of a host.</summary>
    /// <exception cref="UserException">No such activation.</exception>
    public BlockDiagonalFeedForward(ChannelMixerShape shape, BlockDiagonalFeedForwardOptions options)
    {
        _activation = Activations.Named(options.Activation);
        Hidden = new BlockDiagonalLinear(shape.Width, shape.HiddenWidth, options.Blocks, options.HiddenBias, options.Shuffle);
        Output = new BlockDiagonalLinear(shape.HiddenWidth, shape.Width, options.Blocks, shuffle: options.Shuffle);
        Dropout = new Dropout(shape.Dropout);
    }

    private BlockDiagonalLinear Hidden { get; }

    private BlockDiagonalLinear Output { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Output.Call(Dropout.Call(_activation(Hidden.Call(input))));
}
