using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting.Losses;

/// <summary>
/// The pinball loss, averaged over levels (Koenker and Bassett 1978): the model forecasts a quantile for each level and the median. Any forecaster
/// can be trained so, see <see cref="QuantileForecaster"/>.
/// </summary>
public sealed record QuantileLoss : ForecastLoss, IValidatableObject
{
    /// <summary>The levels; the median is always among what is forecast.</summary>
    [Description("quantiles to forecast beside the median, in rising order")]
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public ValueList<double> Levels { get; init; } = [0.05, 0.95];

    /// <inheritdoc/>
    public override Forecaster Prepare(Forecaster model, ForecastShape shape) => new QuantileForecaster(model, shape, [.. Levels]);

    /// <inheritdoc/>
    public override Tensor Of(Forecaster model, ForecastBatch batch)
    {
        var forecaster = (QuantileForecaster)model;
        var quantiles = forecaster.Quantiles(batch.Input);
        Tensor Level(int level) => KnownMean.Of(batch, quantiles[.., .., .., level], (forecast, target) => Pinball(target - forecast, forecaster.Levels[level]));
        return Functional.Stack([.. Enumerable.Range(0, forecaster.Levels.Count).Select(Level)]).Mean();
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Levels.Count == 0 || Levels.Zip(Levels.Skip(1)).Any(pair => pair.First >= pair.Second))
            yield return new ValidationResult($"levels is [{string.Join(", ", Levels)}]; expected numbers between 0 and 1 in rising order");
    }

    /// <summary>The mean of <c>max(level * error, (level - 1) * error)</c>.</summary>
    private static Tensor Pinball(Tensor error, double level) => (error * level).Maximum(error * (level - 1)).Mean();
}
