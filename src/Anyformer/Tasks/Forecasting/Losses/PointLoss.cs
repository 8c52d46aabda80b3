using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting.Losses;

/// <summary>A loss of one forecast for each value.</summary>
public abstract record PointLoss : ForecastLoss
{
    /// <inheritdoc/>
    public override Tensor Of(Forecaster model, ForecastBatch batch)
    {
        var forecast = model.Call(batch.Input);
        // A loss would stretch a single forecast over all variates without a word.
        if (forecast.Size(2) != batch.Target.Size(2))
            throw new UserException($"The model forecasts {forecast.Size(2)} variates, expected all {batch.Target.Size(2)} of the data.");
        return KnownMean.Of(batch, forecast, Mean);
    }

    /// <summary>The mean of the loss over two tensors of equal shape.</summary>
    protected abstract Tensor Mean(Tensor forecast, Tensor target);
}

/// <summary>The mean squared error.</summary>
public sealed record SquaredLoss : PointLoss
{
    /// <inheritdoc/>
    public override double? Of(ForecastScores scores) => scores.MeanSquaredError;

    /// <inheritdoc/>
    protected override Tensor Mean(Tensor forecast, Tensor target) => forecast.MseLoss(target);
}

/// <summary>The mean absolute error.</summary>
public sealed record AbsoluteLoss : PointLoss
{
    /// <inheritdoc/>
    public override double? Of(ForecastScores scores) => scores.MeanAbsoluteError;

    /// <inheritdoc/>
    protected override Tensor Mean(Tensor forecast, Tensor target) => forecast.L1Loss(target);
}

/// <summary>Half the squared error near zero, and the absolute error times delta beyond delta (Huber 1964).</summary>
public sealed record HuberLoss : PointLoss
{
    /// <summary>Where the square ends and the line begins, on standardised values.</summary>
    [Description("where the square ends and the line begins, on standardised values")]
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double Delta { get; init; } = 1;

    /// <inheritdoc/>
    protected override Tensor Mean(Tensor forecast, Tensor target) => forecast.HuberLoss(target, delta: Delta);
}
