using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Options of <see cref="DLinear"/>.</summary>
public sealed record DLinearOptions
{
    /// <summary>A pair of maps for every variate instead of one for all.</summary>
    [Description("a pair of maps for every variate instead of one for all")]
    public bool Individual { get; init; }
}

/// <summary>
/// Splits the history into a moving average and the rest, and maps each to the horizon with one linear map along time
/// (Zeng, Chen, Zhang and Xu, AAAI 2023, arXiv 2205.13504, section 4).
/// </summary>
[Formula(
    "Y = W_s (X - M) + W_t M along time, with biases, M = moving average of 25 steps",
    Where = "M: trend, (batch, look-back, variates); W_s, W_t: (horizon, look-back)")]
[Method("dlinear", "DLinear", Family.ForecastingBaseline, 2023,
    Paper = "Zeng, Chen, Zhang, Xu, Are Transformers Effective for Time Series Forecasting?, AAAI 2023, arXiv 2205.13504",
    Complexity = "O(lookback · horizon)")]
public sealed class DLinear : Forecaster
{
    private readonly SeriesDecomposition _decomposition = new(window: 25);
    private readonly bool _individual;

    /// <summary>Maps from lookback to horizon, shared by the variates or one pair each.</summary>
    public DLinear(ForecastShape shape, DLinearOptions options)
    {
        _individual = options.Individual;
        Seasonal = TimeMap(shape, options);
        Trend = TimeMap(shape, options);
    }

    /// <inheritdoc/>
    public override bool TakesAnyVariates => !_individual;

    private TensorModule Seasonal { get; }

    private TensorModule Trend { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(ForecastInput input)
    {
        var (season, trend) = _decomposition.Split(input.Past);
        return (Seasonal.Call(season.Transpose(1, 2)) + Trend.Call(trend.Transpose(1, 2))).Transpose(1, 2);
    }

    private static TensorModule TimeMap(ForecastShape shape, DLinearOptions options) =>
        options.Individual ? new LinearPerVariate(shape.Variates, shape.Lookback, shape.Horizon) : new Linear(shape.Lookback, shape.Horizon);
}
