using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Monarch;

/// <summary>Options of <see cref="GatedBlockDiagonalFeedForward"/>.</summary>
public sealed record GatedBlockDiagonalFeedForwardOptions
{
    /// <summary>Blocks of the matrices; one makes them dense.</summary>
    [Description("blocks of the matrices"), Range(1, 65536)]
    public int Blocks { get; init; } = 4;

    /// <summary>The activation of the gate, by its name.</summary>
    [Description("activation of the gate: gelu, silu, sigmoid ...")]
    public string Activation { get; init; } = "gelu";
}

/// <summary>A gated feed-forward part with block-diagonal matrices, as M2-BERT mixes channels.</summary>
[Formula(
    "y = B2 (act(g) ⊙ a) + b2, [g, a] = B1 x, B1 and B2 block-diagonal",
    Where = "g, a: (hidden); B1: (2 · hidden, width), in blocks; B2: (width, hidden), in blocks; b2: (width)")]
[Method("monarch-gated-feed-forward", "Gated Monarch feed-forward", Family.FeedForward, 2023,
    System = "monarch-mixer",
    Paper = "Fu, Arora, Grogan, Johnson, Eyuboglu, Thomas, Spector, Poli, Rudra, Ré, Monarch Mixer: A Simple Sub-Quadratic GEMM-Based Architecture, "
        + "NeurIPS 2023, arXiv 2310.12109",
    Complexity = "O(tokens)")]
public sealed class GatedBlockDiagonalFeedForward : ChannelMixer
{
    private readonly Activation _activation;

    /// <summary>A feed-forward part of a host.</summary>
    /// <exception cref="UserException">No such activation.</exception>
    public GatedBlockDiagonalFeedForward(ChannelMixerShape shape, GatedBlockDiagonalFeedForwardOptions options)
    {
        _activation = Activations.Named(options.Activation);
        Hidden = new BlockDiagonalLinear(shape.Width, 2L * shape.HiddenWidth, options.Blocks, bias: false);
        Output = new BlockDiagonalLinear(shape.HiddenWidth, shape.Width, options.Blocks);
        Dropout = new Dropout(shape.Dropout);
    }

    private BlockDiagonalLinear Hidden { get; }

    private BlockDiagonalLinear Output { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var halves = Hidden.Call(input).Chunk(2, -1);
        return Output.Call(Dropout.Call(_activation(halves[0]) * halves[1]));
    }
}
