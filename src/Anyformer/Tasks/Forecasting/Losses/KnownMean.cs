using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting.Losses;

/// <summary>Means over the values of a batch that are known.</summary>
internal static class KnownMean
{
    /// <summary>The mean of a loss that is zero, with its slope, where forecast and target agree.</summary>
    /// <param name="batch">The batch, whose target may have unknown values.</param>
    /// <param name="forecast">(batch, horizon, variates).</param>
    /// <param name="mean">The mean of the loss over all values of a forecast and a target.</param>
    internal static Tensor Of(ForecastBatch batch, Tensor forecast, Func<Tensor, Tensor, Tensor> mean)
    {
        if (batch.TargetMask is not { } known)
            return mean(forecast, batch.Target);
        // An unknown value is taken as forecast, so that it adds nothing; then the mean is over too many values.
        var target = Functional.Where(known, batch.Target, forecast.Detach());
        var share = known.To(forecast.DType).Mean();
        return mean(forecast, target) / share.ClampMin(1.0 / known.ElementCount);
    }
}
