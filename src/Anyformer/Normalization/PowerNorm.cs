using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary>Options of <see cref="PowerNorm"/>.</summary>
public sealed record PowerNormOptions
{
    /// <summary>What remains of the running mean of squares after a step.</summary>
    [Description("what remains of the running mean of squares after a step"), Range(0.0, 1.0)]
    public double ForwardDecay { get; init; } = 0.9;

    /// <summary>What remains of the running correction of gradients after a step.</summary>
    [Description("what remains of the running correction of gradients after a step"), Range(0.0, 1.0)]
    public double BackwardDecay { get; init; } = 0.9;

    /// <summary>Steps that are normalised by the batch's own squares, as many as the learning rate warms up.</summary>
    [Description("steps that are normalised by the batch's own squares, as many as the learning rate warms up"), Range(0, int.MaxValue)]
    public int WarmupSteps { get; init; } = 10000;

    /// <summary>Groups of channels that every token is scaled by first, as many as attention has heads.</summary>
    [Description("groups of channels that every token is scaled by first, as many as attention has heads"), Range(1, 65536)]
    public int Groups { get; init; } = 1;
}

/// <summary>
/// Batch normalisation without means: every channel is divided by the root of a running mean of its squares, and gradients are corrected for what
/// they would change of it (Shen et al., ICML 2020, arXiv 2003.07845, algorithms 1 and 2). Its backward pass is the authors', not the derivative.
/// </summary>
[Formula(
    "y = g ⊙ x / √(m + ε) + b, x first divided by its root mean square in groups of channels",
    "m = α m + (1 - α) mean over tokens of x² after each step; while warming up, that of the batch",
    Where = "g, b: learned, (width); m: running mean of squares, (width); α: decay")]
[Method("power-norm", "PowerNorm", Family.Normalization, 2020,
    Paper = "Shen, Yao, Gholami, Mahoney, Keutzer, PowerNorm: Rethinking Batch Normalization in Transformers, ICML 2020, arXiv 2003.07845",
    Complexity = "O(tokens)", System = "norms", Aliases = ["power"])]
public sealed class PowerNorm : NormalizationLayer
{
    private readonly PowerNormOptions _options;
    private readonly double _epsilon;

    /// <summary>Weight 1, bias 0, running squares 1.</summary>
    /// <exception cref="UserException">The width is no multiple of the groups.</exception>
    public PowerNorm(long width, PowerNormOptions options, double epsilon = 1e-5)
    {
        if (width % options.Groups != 0)
            throw new UserException($"The width must be a multiple of the groups of PowerNorm, found width {width} and {options.Groups} groups.");
        (_options, _epsilon) = (options, epsilon);
        Weight = Initialization.Constant(Parameter.Empty(width), 1);
        Bias = Initialization.Constant(Parameter.Empty(width), 0);
        RunningSquares = Functional.Ones([width]).OutliveScopes();
        RunningCorrection = Functional.Zeros([width]).OutliveScopes();
        Steps = Functional.Zeros([1]).OutliveScopes();
    }

    /// <summary>A normalisation as a part of a host.</summary>
    /// <exception cref="UserException">The width is no multiple of the groups.</exception>
    public PowerNorm(NormalizationShape shape, PowerNormOptions options) : this(shape.Width, options) { }

    /// <summary>(width).</summary>
    public Parameter Weight { get; }

    /// <summary>(width).</summary>
    public Parameter Bias { get; }

    /// <summary>The running mean of squares, (width).</summary>
    [Buffer]
    public Tensor RunningSquares { get; }

    /// <summary>The running correction of gradients, (width).</summary>
    [Buffer]
    public Tensor RunningCorrection { get; }

    /// <summary>Training steps so far.</summary>
    [Buffer]
    public Tensor Steps { get; }

    /// <summary>Normalises tokens of which some are padding: it is normalised too, but does not count among the squares.</summary>
    /// <param name="input">(..., width).</param>
    /// <param name="real">True where there is a token, (...).</param>
    public Tensor Call(Tensor input, Tensor real)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Normalize(input, real));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Normalize(input, real: null);

    private Tensor Normalize(Tensor input, Tensor? real)
    {
        var grouped = input.Unflatten(-1, [_options.Groups, -1]);
        var scaled = (grouped / (grouped.Square().Mean([-1], keepdim: true) + _epsilon).Sqrt()).Flatten(-2);
        if (!IsTraining)
            return scaled * (RunningSquares + _epsilon).Rsqrt() * Weight + Bias;
        var squares = Squares(scaled.Detach(), real);
        Steps.AddInPlace(1);
        var step = Steps.Item<double>();
        var divisor = (step <= _options.WarmupSteps ? squares : RunningSquares) + _epsilon;
        var output = new Scaling(this, divisor.Sqrt(), (squares + _epsilon).Sqrt()).Apply(scaled, Weight, Bias)[0];
        Follow(squares, step);
        return output;
    }

    /// <summary>The mean of every channel's squares over the tokens.</summary>
    private static Tensor Squares(Tensor tokens, Tensor? real)
    {
        var flat = tokens.Flatten(0, -2).Square();
        return real is null ? flat.Mean([0]) : (flat * real.Flatten().Unsqueeze(-1)).Sum([0]) / real.Sum();
    }

    /// <summary>Moves the running squares: the mean of all batches while warming up, and always a step of the moving average.</summary>
    private void Follow(Tensor squares, double step)
    {
        using var noGrad = Autograd.NoGrad();
        var running = step < _options.WarmupSteps ? RunningSquares * ((step - 1) / step) + squares / step : RunningSquares;
        RunningSquares.CopyInPlace(running * _options.ForwardDecay + squares * (1 - _options.ForwardDecay));
    }

    /// <summary><c>weight * x / divisor + bias</c>, with the authors' gradient.</summary>
    private sealed class Scaling(PowerNorm owner, Tensor divisor, Tensor batchRoot) : DifferentiableFunction
    {
        protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
        {
            var normalized = inputs[0] / divisor;
            SaveForBackward(normalized, inputs[1], batchRoot);
            return [normalized * inputs[1] + inputs[2]];
        }

        protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
        {
            if (gradients[0] is not { } given)
                return [null, null, null];
            var (normalized, weight, root) = (Saved(0), Saved(1), Saved(2));
            var corrected = given * weight - normalized * owner.RunningCorrection * (1 - owner._options.BackwardDecay);
            owner.RunningCorrection.AddInPlace((corrected * normalized).Flatten(0, -2).Mean([0]));
            return [corrected / root, (given * normalized).Flatten(0, -2).Sum([0]), given.Flatten(0, -2).Sum([0])];
        }
    }
}
