using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// Gives any forecaster quantiles. Its own forecast is the median; the other levels lie around it at distances that a small head reads off the
/// standardised history, in units of the history's deviation. The distances add up outwards, so that quantiles never cross.
/// </summary>
public sealed class QuantileForecaster : Forecaster
{
    private readonly int _below;
    private readonly int _horizon;

    /// <summary>Quantiles around the forecasts of a model.</summary>
    /// <param name="median">The model whose forecast becomes the median.</param>
    /// <param name="shape">The sizes that it was built for.</param>
    /// <param name="levels">Quantiles between 0 and 1 in rising order; 0.5 is added.</param>
    public QuantileForecaster(Forecaster median, ForecastShape shape, IReadOnlyList<double> levels)
    {
        Levels = [.. levels.Append(0.5).Distinct().Order()];
        _below = Levels.Count(level => level < 0.5);
        _horizon = shape.Horizon;
        Median = median;
        Distances = new Linear(shape.Lookback, shape.Horizon * (Levels.Count - 1));
        // Equal distances everywhere to begin with: what the history tells is learnt.
        using var noGrad = Autograd.NoGrad();
        Distances.Weight.ZeroInPlace();
        Distances.Bias!.ZeroInPlace();
    }

    /// <summary>The levels in rising order, 0.5 among them.</summary>
    public IReadOnlyList<double> Levels { get; }

    /// <inheritdoc/>
    public override bool TakesAnyVariates => Median.TakesAnyVariates;

    /// <inheritdoc/>
    public override bool ReadsFutureMarks => Median.ReadsFutureMarks;

    private Forecaster Median { get; }

    private Linear Distances { get; }

    /// <summary>The forecasts of every level, (batch, horizon, variates, levels), rising along the last axis.</summary>
    public Tensor Quantiles(ForecastInput input)
    {
        using var scope = new TensorScope();
        var (batch, variates) = (input.Past.Size(0), input.Past.Size(2));
        var mean = input.Past.Mean([1], keepdim: true);
        var deviation = (input.Past.Var([1], correction: 0, keepdim: true) + 1e-5).Sqrt();
        var history = ((input.Past - mean) / deviation).Transpose(1, 2);
        var distances = Distances.Call(history).Softplus().View([batch, variates, _horizon, Levels.Count - 1]).Transpose(1, 2);
        var median = Median.Call(input).Unsqueeze(-1);
        var scaled = distances * deviation.Unsqueeze(-1);
        var (below, above) = (scaled[.., .., .., .._below], scaled[.., .., .., _below..]);
        return scope.Keep(Functional.Cat([median - below.Flip([-1]).CumSum(-1).Flip([-1]), median, median + above.CumSum(-1)], -1));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(ForecastInput input) => Median.Call(input);
}
