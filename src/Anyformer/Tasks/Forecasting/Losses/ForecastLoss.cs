using System.Text.Json.Serialization;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting.Losses;

/// <summary>
/// What a forecaster is trained to make small, and what its validation watches. In a recipe: <c>loss: mae</c>, or with options
/// <c>loss: {kind: quantile, levels: [0.05, 0.95]}</c>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(SquaredLoss), "mse")]
[JsonDerivedType(typeof(AbsoluteLoss), "mae")]
[JsonDerivedType(typeof(HuberLoss), "huber")]
[JsonDerivedType(typeof(QuantileLoss), "quantile")]
public abstract record ForecastLoss
{
    /// <summary>The mean over every known value of a batch, a tensor of one element.</summary>
    public abstract Tensor Of(Forecaster model, ForecastBatch batch);

    /// <summary>The model in the form that this loss trains.</summary>
    public virtual Forecaster Prepare(Forecaster model, ForecastShape shape) => model;

    /// <summary>The loss over windows whose scores are known; null where those do not tell it.</summary>
    public virtual double? Of(ForecastScores scores) => null;
}
