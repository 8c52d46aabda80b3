using System.ComponentModel;
using Anyformer.Tasks.Forecasting.Losses;

namespace Anyformer.Recipes;

/// <summary>
/// Forecasting of multivariate time series. The defaults are the common settings of the papers' code (Informer, Autoformer,
/// iTransformer): look back 96 rows, Adam at 1e-4, batches of 32, at most 10 epochs, patience 3, schedule <c>type1</c>.
/// </summary>
public sealed record ForecastRecipe : Recipe
{
    /// <summary>The model.</summary>
    [Description("the model")]
    public override required ModelSection Model { get; init; }

    /// <summary>The data.</summary>
    [Description("the data")]
    public required ForecastDataSection Data { get; init; }

    /// <summary>What is made small.</summary>
    [Description("what is made small: mse, mae, huber or quantile")]
    public ForecastLoss Loss { get; init; } = new SquaredLoss();

    /// <summary>The training.</summary>
    [Description("the training")]
    public TrainingSection Training { get; init; } = new();

    /// <summary>The evaluation.</summary>
    [Description("the evaluation")]
    public EvaluationSection Evaluation { get; init; } = new();

    /// <summary>What a paper reports for this recipe; null for none.</summary>
    [Description("what a paper reports for this recipe")]
    public PublishedFigures? Published { get; init; }
}
