using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary>What every series of a window is centred on.</summary>
public enum WindowCentre
{
    /// <summary>Its mean.</summary>
    Mean,
    /// <summary>Its last value.</summary>
    Last,
}

/// <summary>What <see cref="ReversibleInstanceNorm"/> took out of windows and puts back.</summary>
/// <param name="Centre">(batch, 1, variates); a mean is a constant to the backward pass, a last value is not.</param>
/// <param name="Deviation">(batch, 1, variates), a constant to the backward pass.</param>
public readonly record struct WindowStatistics(Tensor Centre, Tensor Deviation);

/// <summary>
/// Takes centre and scale out of every series of every window before a model, <c>(x - centre) / sqrt(variance + ε) * weight + bias</c> with the
/// biased variance over time, and puts them back after it (Kim et al., ICLR 2022, RevIN). The statistics pass from one call to the other in the
/// caller's hand: the module remembers nothing.
/// </summary>
public sealed class ReversibleInstanceNorm : Module
{
    private const double Epsilon = 1e-5;

    private readonly WindowCentre _centre;

    /// <summary>A normalisation without weights, for any number of variates.</summary>
    public ReversibleInstanceNorm(WindowCentre centre = WindowCentre.Mean) => _centre = centre;

    /// <summary>A normalisation that also scales and shifts every variate, by weight 1 and bias 0 at first.</summary>
    public ReversibleInstanceNorm(long variates, WindowCentre centre = WindowCentre.Mean) : this(centre)
    {
        Weight = Initialization.Constant(Parameter.Empty(variates), 1);
        Bias = Initialization.Constant(Parameter.Empty(variates), 0);
    }

    /// <summary>(variates); null without weights.</summary>
    public Parameter? Weight { get; }

    /// <summary>(variates); null without weights.</summary>
    public Parameter? Bias { get; }

    /// <summary>The normalised series and what it takes to undo that.</summary>
    /// <param name="series">(batch, time, variates).</param>
    public (Tensor Normalized, WindowStatistics Statistics) Normalize(Tensor series)
    {
        using var scope = new TensorScope();
        var (deviation, mean) = Statistics(series.Detach());
        // As published: the last value, unlike the statistics, is differentiated through.
        var centre = _centre == WindowCentre.Mean ? mean : series[.., ^1..];
        var normalized = (series - centre) / deviation;
        if (Weight is not null)
            normalized = normalized * Weight + Bias!;
        return (scope.Keep(normalized), new WindowStatistics(scope.Keep(centre), scope.Keep(deviation)));
    }

    /// <summary>Undoes the normalisation on a continuation of the series.</summary>
    /// <param name="series">(batch, any time, variates).</param>
    /// <param name="statistics">What <see cref="Normalize"/> gave for the same windows.</param>
    public Tensor Denormalize(Tensor series, WindowStatistics statistics)
    {
        using var scope = new TensorScope();
        // As published: a weight that training drives to 0 must not divide by it.
        if (Weight is not null)
            series = (series - Bias!) / (Weight + Epsilon * Epsilon);
        return scope.Keep(series * statistics.Deviation + statistics.Centre);
    }

    private static (Tensor Deviation, Tensor Mean) Statistics(Tensor series)
    {
        var (variance, mean) = series.VarMean([1], correction: 0, keepdim: true);
        return ((variance + Epsilon).Sqrt(), mean);
    }
}
