using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Options of <see cref="SeasonalNaive"/>.</summary>
public sealed record SeasonalNaiveOptions
{
    /// <summary>Steps after which the series repeat.</summary>
    [Description("steps after which the series repeat; without it, what the step of the data suggests")]
    public int? Season { get; init; }
}

/// <summary>Repeats the last season of the history: the baseline that a learned model has to beat. Has nothing to learn.</summary>
[Formula("Y_t = X_(T - s + t mod s)", Where = "T: steps of the history; s: steps of a season; t: step of the horizon, from 0")]
[Method("seasonal-naive", "Seasonal naive", Family.ForecastingBaseline, 2006,
    Paper = "Hyndman and Koehler, Another look at measures of forecast accuracy, International Journal of Forecasting",
    Complexity = "O(horizon)")]
public sealed class SeasonalNaive : Forecaster
{
    private readonly int _season;
    private readonly int _horizon;

    /// <summary>Repeats the last season, or the whole history when that is shorter.</summary>
    public SeasonalNaive(ForecastShape shape, SeasonalNaiveOptions options)
    {
        _season = Math.Min(options.Season ?? shape.Season, shape.Lookback);
        _horizon = shape.Horizon;
        if (_season < 1)
            throw new UserException($"The season of seasonal-naive must be at least 1 step, found {_season}.");
    }

    /// <inheritdoc/>
    public override bool TakesAnyVariates => true;

    /// <inheritdoc/>
    protected override Tensor Forward(ForecastInput input)
    {
        var season = input.Past[.., ^_season..];
        var repeats = (_horizon + _season - 1) / _season;
        return season.Repeat([1, repeats, 1])[.., .._horizon];
    }
}
