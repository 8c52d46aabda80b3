using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Kernels;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.FeedForward;

/// <summary>Options of <see cref="PositionwiseFeedForward"/>.</summary>
public sealed record PositionwiseFeedForwardOptions
{
    /// <summary>The activation between the maps, by its name.</summary>
    [Description("activation between the maps: relu, gelu, silu ...")]
    public string Activation { get; init; } = "relu";

    /// <summary>Whether the maps have biases.</summary>
    [Description("the maps have biases")]
    public bool Bias { get; init; } = true;
}

/// <summary>
/// <c>W2 act(W1 x + b1) + b2</c> with dropout on the hidden units (Vaswani et al. 2017, arXiv 1706.03762, section 3.3); some leave the biases
/// out.
/// </summary>
[Formula("y = W2 act(W1 x + b1) + b2", Where = "W1: (hidden, width); W2: (width, hidden); b1: (hidden); b2: (width)")]
[Method("feed-forward", "Position-wise feed-forward", Family.FeedForward, 2017,
    Paper = "Vaswani, Shazeer, Parmar et al., Attention Is All You Need, NeurIPS 2017, arXiv 1706.03762", Complexity = "O(tokens)", Aliases = ["mlp"])]
public sealed class PositionwiseFeedForward(long width, long hiddenWidth, Activation activation, double dropout = 0, bool bias = true,
    NormalizationLayer? hiddenNorm = null)
    : ChannelMixer, IValuePath
{
    /// <summary>A feed-forward part of a host.</summary>
    /// <exception cref="UserException">No such activation.</exception>
    public PositionwiseFeedForward(ChannelMixerShape shape, PositionwiseFeedForwardOptions options)
        : this(shape.Width, shape.HiddenWidth, Activations.Named(options.Activation), shape.Dropout, options.Bias) { }

    IEnumerable<Parameter> IValuePath.ValuePath => [Hidden.Weight, Output.Weight];

    private Linear Hidden { get; } = new(width, hiddenWidth, bias);

    private Linear Output { get; } = new(hiddenWidth, width, bias);

    /// <summary>After the activation (Wang et al. 2022, Magneto, arXiv 2210.06423); null where there is none.</summary>
    private NormalizationLayer? HiddenNorm { get; } = hiddenNorm;

    private Dropout Dropout { get; } = new(dropout);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        if (HiddenNorm is not null || activation != Activations.Named("gelu") || Dropout.CurrentProbability == 1 || Hidden.IsFrozen || !NarrowFeedForward.Takes(input, Hidden, Output))
            return Compose(input);
        return new NarrowFeedForward(Dropout.CurrentProbability)
            .Apply(input, Hidden.Weight, Hidden.Bias!, Output.Weight, Output.Bias!)[0];
    }

    /// <inheritdoc/>
    private protected override Tensor ForwardOnto(Tensor residual, Tensor input) =>
        Hidden.IsFrozen ? Output.CallOnto(residual, HiddenUnits(input)) : residual + Forward(input);

    /// <summary>The same as a composition of libtorch's operators: for any device, type, width and activation, and the reference of the kernel.</summary>
    internal Tensor Compose(Tensor input) => Output.Call(HiddenUnits(input));

    private Tensor HiddenUnits(Tensor input)
    {
        var hidden = Hidden.Call(input, activation);
        return Dropout.Call(HiddenNorm is null ? hidden : HiddenNorm.Call(hidden));
    }
}
