using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Options of <see cref="FloaterPositions"/>.</summary>
public sealed record FloaterPositionsOptions
{
    /// <summary>The time from position to position.</summary>
    [Description("the time from position to position"), Range(1e-6, 1e3)]
    public double Step { get; init; } = 0.01;

    /// <summary>Steps of the solver from position to position.</summary>
    [Description("steps of the solver from position to position"), Range(1, 1000)]
    public int SolverSteps { get; init; } = 5;
}

/// <summary>
/// Adds the states that a learned flow passes through, <c>dz/dt = W2 [relu(W1 [z, t]), t]</c>, one for every position, so that there may be more
/// positions than in training (Liu, Yu, Dhillon and Hsieh, ICML 2020, FLOATER, arXiv 2003.09229). As a part of a host it works on the tokens before the
/// first block; a model that moves queries, keys and values of every layer asks for the <see cref="Path"/> of as many states.
/// </summary>
/// <remarks>The flow is solved position after position: some twenty small maps for each, in training and after.</remarks>
[Formula(
    "Y_p = X_p + z(p Δ)",
    "dz / dt = W2 [relu(W1 [z, t] + b1), t] + b2, z(0) = z_0, by Runge-Kutta steps",
    Where = "z: state, (width); Δ: time from position to position; t: time; W1, W2: (width, width + 1); b1, b2: (width); "
        + "z_0: learned, (width)")]
[Method("floater", "FLOATER", Family.AbsolutePositions, 2020,
    Paper = "Liu, Yu, Dhillon, Hsieh, Learning to Encode Position for Transformer with Continuous Dynamical Model, ICML 2020, arXiv 2003.09229",
    Complexity = "O(tokens)", System = "positions")]
public sealed class FloaterPositions : PositionEncoding
{
    private readonly FloaterPositionsOptions _options;
    private readonly long _width;

    /// <summary>Positions as a part of a host.</summary>
    public FloaterPositions(PositionShape shape, FloaterPositionsOptions options) : this(shape.Width, [], options) { }

    /// <summary>Flows of several states that share a network.</summary>
    /// <param name="width">Width of a state.</param>
    /// <param name="states">How many states there are, along any dimensions.</param>
    /// <param name="options">How the flow is solved.</param>
    public FloaterPositions(long width, long[] states, FloaterPositionsOptions options)
    {
        (_width, _options) = (width, options);
        Start = Initialization.Normal(Parameter.Empty([.. states, width]), deviation: 0.02);
        Hidden = new Linear(width + 1, width);
        Output = new Linear(width + 1, width);
    }

    /// <summary>The states at position 0, (states ..., width).</summary>
    private Parameter Start { get; }

    private Linear Hidden { get; }

    private Linear Output { get; }

    /// <summary>The states at the first positions, (count, states ..., width).</summary>
    public Tensor Path(long count)
    {
        using var scope = new TensorScope();
        var (state, states) = ((Tensor)Start, new List<Tensor> { Start });
        var step = _options.Step / _options.SolverSteps;
        for (var solved = 0L; states.Count < count; solved++)
        {
            state = Next(state, solved * step, step);
            if ((solved + 1) % _options.SolverSteps == 0)
                states.Add(state);
        }

        return scope.Keep(Functional.Stack([.. states], 0));
    }

    /// <inheritdoc/>
    protected override Tensor EncodeTokens(Tensor tokens, long first) =>
        tokens + Path(first + tokens.Size(1)).Narrow(0, first, tokens.Size(1)).To(tokens.DType);

    /// <summary>A step of the Runge-Kutta method of fourth order, by the rule of three eighths.</summary>
    private Tensor Next(Tensor state, double time, double step)
    {
        using var scope = new TensorScope();
        var first = Slope(state, time);
        var second = Slope(state + first * (step / 3), time + step / 3);
        var third = Slope(state + (second - first * (1 / 3.0)) * step, time + step * 2 / 3);
        var fourth = Slope(state + (first - second + third) * step, time + step);
        return scope.Keep(state + (first + (second + third) * 3 + fourth) * (step / 8));
    }

    private Tensor Slope(Tensor state, double time) => AtTime(Output, AtTime(Hidden, state, time).Relu(), time);

    /// <summary>A map of a state and, as its last input, the time.</summary>
    private Tensor AtTime(Linear map, Tensor state, double time) =>
        Functional.Linear(state, map.Weight.Narrow(1, 0, _width), map.Bias! + map.Weight.Select(1, _width) * time);
}
