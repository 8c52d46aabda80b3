using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting.Losses;

namespace Anyformer.Tasks.Forecasting;

/// <summary>What a comparison of forecasters is asked to do.</summary>
public sealed record ForecastSettings
{
    /// <summary>The data that every model gets.</summary>
    public required ForecastDataSection Data { get; init; }

    /// <summary>The models, with their options.</summary>
    public required IReadOnlyList<ModelSection> Models { get; init; }

    /// <summary>What every model makes small.</summary>
    public ForecastLoss Loss { get; init; } = new SquaredLoss();

    /// <summary>How every model is trained; the budget and the seeds are set over it.</summary>
    public required TrainingSection Training { get; init; }

    /// <summary>How every model is evaluated.</summary>
    public EvaluationSection Evaluation { get; init; } = new();

    /// <summary>What may be spent.</summary>
    public required Budget Budget { get; init; }

    /// <summary>How many of the best models are also taken together; less than two for none.</summary>
    public int Ensemble { get; init; }

    /// <summary>Every model is trained once with each.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }
}
