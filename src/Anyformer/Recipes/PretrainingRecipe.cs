using System.ComponentModel;

namespace Anyformer.Recipes;

/// <summary>
/// Self-supervised pre-training of a forecaster: parts of the series are hidden and restored. A <see cref="ForecastRecipe"/> whose
/// <see cref="ModelSection.Weights"/> names the run's folder starts from the weights that come out, with a fresh head.
/// </summary>
public sealed record PretrainingRecipe : Recipe
{
    /// <summary>The model.</summary>
    [Description("the model")]
    public override required ModelSection Model { get; init; }

    /// <summary>The data; the horizon only decides where windows end.</summary>
    [Description("the data")]
    public required ForecastDataSection Data { get; init; }

    /// <summary>What is hidden.</summary>
    [Description("what is hidden")]
    public MaskingSection Masking { get; init; } = new();

    /// <summary>The training.</summary>
    [Description("the training")]
    public TrainingSection Training { get; init; } = new();
}
