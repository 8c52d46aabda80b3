using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.FeedForward;

/// <summary>Options of <see cref="GatedFeedForward"/>.</summary>
public sealed record GatedFeedForwardOptions
{
    /// <summary>The members of the family as Shazeer named them, and Llama's.</summary>
    public static IReadOnlyDictionary<string, GatedFeedForwardOptions> Presets { get; } = new Dictionary<string, GatedFeedForwardOptions>
    {
        ["glu"] = new() { Activation = "sigmoid" },
        ["bilinear"] = new() { Activation = "identity" },
        ["reglu"] = new() { Activation = "relu" },
        ["geglu"] = new() { Activation = "gelu" },
        ["swiglu"] = new() { Activation = "silu" },
    };

    /// <summary>The activation of the gate, by its name.</summary>
    [Description("activation of the gate: sigmoid (GLU), identity (bilinear), relu (ReGLU), gelu (GEGLU), silu (SwiGLU) ...")]
    public string Activation { get; init; } = "silu";

    /// <summary>Whether the maps have biases; in the paper and in Llama they have none.</summary>
    [Description("the maps have biases")]
    public bool Bias { get; init; }
}

/// <summary>
/// <c>W2 (a ⊙ act(g)) + b2</c> with <c>[a g] = W1 x + b1</c>, and dropout on the hidden units (Shazeer 2020, arXiv 2002.05202, equation 6). At
/// two thirds of the hidden width it has as many parameters as the plain feed-forward.
/// </summary>
[Formula(
    "y = W2 (a ⊙ act(g)) + b2, [a, g] = W1 x + b1",
    Where = "a, g: (hidden); W1: (2 · hidden, width); W2: (width, hidden); b1: (2 · hidden); b2: (width)")]
[Method("gated-feed-forward", "GLU variants", Family.FeedForward, 2020,
    Paper = "Shazeer, GLU Variants Improve Transformer, 2020, arXiv 2002.05202", Complexity = "O(tokens)", System = "feed-forward")]
public sealed class GatedFeedForward : ChannelMixer, IValuePath
{
    private readonly Activation _activation;

    /// <summary>A gated feed-forward with the given maps.</summary>
    /// <param name="hidden">From the width to twice the hidden width, first what passes, then its gate.</param>
    /// <param name="output">From the hidden width back.</param>
    /// <param name="activation">The activation of the gate.</param>
    /// <param name="dropout">Probability of dropout on the hidden units.</param>
    /// <param name="hiddenNorm">A normalisation of the gated hidden units; null for none.</param>
    public GatedFeedForward(Linear hidden, Linear output, Activation activation, double dropout = 0, NormalizationLayer? hiddenNorm = null)
    {
        (Hidden, Output, HiddenNorm, Dropout) = (hidden, output, hiddenNorm, new Dropout(dropout));
        _activation = activation;
    }

    /// <summary>A gated feed-forward with maps of its own.</summary>
    public GatedFeedForward(long width, long hiddenWidth, Activation activation, double dropout = 0, bool bias = true)
        : this(new Linear(width, 2 * hiddenWidth, bias), new Linear(hiddenWidth, width, bias), activation, dropout) { }

    /// <summary>A feed-forward part of a host.</summary>
    /// <exception cref="UserException">No such activation.</exception>
    public GatedFeedForward(ChannelMixerShape shape, GatedFeedForwardOptions options)
        : this(shape.Width, shape.HiddenWidth, Activations.Named(options.Activation), shape.Dropout, options.Bias) { }

    IEnumerable<Parameter> IValuePath.ValuePath => [Hidden.Weight, Output.Weight];

    private Linear Hidden { get; }

    private Linear Output { get; }

    private NormalizationLayer? HiddenNorm { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var halves = Hidden.CallParts(input, 2);
        var gated = halves[0] * _activation(halves[1]);
        return Output.Call(Dropout.Call(HiddenNorm is null ? gated : HiddenNorm.Call(gated)));
    }
}
