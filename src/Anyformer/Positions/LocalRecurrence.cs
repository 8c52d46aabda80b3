using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Recurrent networks by their cells.</summary>
public enum RecurrentCell
{
    /// <summary>A gated recurrent unit (Cho et al. 2014).</summary>
    Gru,

    /// <summary>Long short-term memory (Hochreiter and Schmidhuber 1997).</summary>
    Lstm,

    /// <summary>A plain recurrence with the hyperbolic tangent (Elman 1990).</summary>
    Tanh,
}

/// <summary>Options of <see cref="LocalRecurrence"/>.</summary>
public sealed record LocalRecurrenceOptions
{
    /// <summary>Tokens that a token's network reads, itself the last.</summary>
    [Description("tokens that a token's network reads, itself the last"), Range(1, 1 << 16)]
    public int Window { get; init; } = 7;

    /// <summary>The network.</summary>
    [Description("the network: gru, lstm or tanh")]
    public RecurrentCell Cell { get; init; }
}

/// <summary>
/// A recurrent network reads the last few tokens before and at every token, from zero anew for each, so that order is in what it makes of them (Wang,
/// Ma, Liu and Tang 2019, R-Transformer, arXiv 1907.05572, section 2.1). It looks back alone, under a causal mask or none; padding is read as zeros.
/// </summary>
[Formula("y_t = last state of rnn(x_(t-w+1) ... x_t), from the state 0", Where = "w: window")]
[Claims(Growth = 1, Causal = true)]
[Method("local-rnn", "LocalRNN (R-Transformer)", Family.ImplicitPositions, 2019,
    Paper = "Wang, Ma, Liu, Tang, R-Transformer: Recurrent Neural Network Enhanced Transformer, 2019, arXiv 1907.05572",
    Complexity = "O(tokens · window)", System = "positions")]
public sealed class LocalRecurrence : TokenMixer
{
    private readonly LocalRecurrenceOptions _options;
    private readonly long _width;

    /// <summary>A network drawn from U(±1/sqrt(width)).</summary>
    public LocalRecurrence(TokenMixerShape shape, LocalRecurrenceOptions options)
    {
        (_options, _width) = (options, shape.Width);
        var gates = options.Cell switch { RecurrentCell.Gru => 3, RecurrentCell.Lstm => 4, _ => 1 };
        InputWeight = Drawn(gates * _width, _width);
        StateWeight = Drawn(gates * _width, _width);
        InputBias = Drawn(gates * _width);
        StateBias = Drawn(gates * _width);
    }

    /// <summary>(gates · width, width).</summary>
    private Parameter InputWeight { get; }

    /// <summary>(gates · width, width).</summary>
    private Parameter StateWeight { get; }

    /// <summary>(gates · width).</summary>
    private Parameter InputBias { get; }

    /// <summary>(gates · width).</summary>
    private Parameter StateBias { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">The mask is of pairs.</exception>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefusePairs("A local recurrence");
        var (batch, count) = (tokens.Size(0), tokens.Size(1));
        if (mask?.Keys is { } real)
            tokens = tokens.MaskedFill(!real.Unsqueeze(-1), 0);
        // Every window is a sample: (window, batch · tokens, width).
        var windows = tokens.ConstantPadNd([0, 0, _options.Window - 1, 0]).Unfold(1, _options.Window, 1);
        return Last(windows.Permute([3, 0, 1, 2]).Flatten(1, 2)).View([batch, count, _width]);
    }

    /// <summary>The state after the last step, (samples, width).</summary>
    private Tensor Last(Tensor steps)
    {
        var start = steps.NewZeros([1, steps.Size(1), _width]);
        Tensor[] weights = [InputWeight, StateWeight, InputBias, StateBias];
        var last = _options.Cell switch
        {
            RecurrentCell.Gru => Functional.Gru(steps, start, weights, true, 1, 0, IsTraining, false, false).Item2,
            RecurrentCell.Lstm => Functional.Lstm(steps, [start, start], weights, true, 1, 0, IsTraining, false, false).Item2,
            _ => Functional.RnnTanh(steps, start, weights, true, 1, 0, IsTraining, false, false).Item2,
        };
        return last.Squeeze(0);
    }

    private Parameter Drawn(params ReadOnlySpan<long> shape) => Initialization.InverseFanIn(Parameter.Empty(shape), _width);
}
