using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.Lightweight;

/// <summary>Options of <see cref="GroupedFeedForward"/>.</summary>
public sealed record GroupedFeedForwardOptions
{
    /// <summary>Groups of channels; both widths are multiples.</summary>
    [Description("groups of channels that do not meet"), Range(1, 65536)]
    public int Groups { get; init; } = 2;

    /// <summary>The activation between the maps, by its name.</summary>
    [Description("activation between the maps: relu, gelu, silu ...")]
    public string Activation { get; init; } = "gelu";
}

/// <summary>
/// A feed-forward part whose maps lie in groups that do not meet, with a group's share of the weights and of the time (Jiang et al., NeurIPS 2020, ConvBERT,
/// arXiv 2008.02496, section 4.2). Attention in front of it mixes the groups.
/// </summary>
[Formula(
    "y = [act(x_g W_g + b_g) V_g + c_g for each group g]",
    Where = "x: (width), in groups; W: (groups, width / groups, hidden / groups); V: (groups, hidden / groups, width / groups); b: (hidden); c: (width); "
        + "g: group")]
[Method("grouped-feed-forward", "Grouped feed-forward", Family.LightweightBlocks, 2020, System = "convbert",
    Paper = "Jiang, Yu, Zhou, Chen, Feng, Yan, ConvBERT: Improving BERT with Span-based Dynamic Convolution, NeurIPS 2020, arXiv 2008.02496",
    Complexity = "O(tokens · width² / groups)")]
public sealed class GroupedFeedForward : ChannelMixer
{
    private readonly Activation _activation;

    /// <summary>A feed-forward part of a host.</summary>
    /// <exception cref="UserException">A width is no multiple of the groups, or there is no such activation.</exception>
    public GroupedFeedForward(ChannelMixerShape shape, GroupedFeedForwardOptions options)
    {
        _activation = Activations.Named(options.Activation);
        Hidden = new GroupLinear(shape.Width, shape.HiddenWidth, options.Groups, hasNorm: false);
        Output = new GroupLinear(shape.HiddenWidth, shape.Width, options.Groups, hasNorm: false);
        Dropout = new Dropout(shape.Dropout);
    }

    private GroupLinear Hidden { get; }

    private GroupLinear Output { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Output.Call(Dropout.Call(_activation(Hidden.Call(input))));
}
