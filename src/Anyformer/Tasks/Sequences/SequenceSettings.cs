using Anyformer.Data.Sequences;
using Anyformer.Recipes;

namespace Anyformer.Tasks.Sequences;

/// <summary>What a comparison of attention mechanisms on long sequences is asked to do.</summary>
public sealed record SequenceSettings
{
    /// <summary>The task, in its length.</summary>
    public required SequenceTask Data { get; init; }

    /// <summary>The mechanisms, each in the same model.</summary>
    public required IReadOnlyList<AttentionContender> Contenders { get; init; }

    /// <summary>How every model is trained; the budget and the seeds are set over it.</summary>
    public required TrainingSection Training { get; init; }

    /// <summary>How every model is evaluated.</summary>
    public SequenceEvaluationSection Evaluation { get; init; } = new();

    /// <summary>What may be spent.</summary>
    public required Budget Budget { get; init; }

    /// <summary>Every model is trained once with each.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }
}

/// <summary>A mechanism in a comparison.</summary>
/// <param name="Id">Its id in the catalog.</param>
/// <param name="Name">Its name.</param>
/// <param name="Model">The model around it, with its options.</param>
public sealed record AttentionContender(string Id, string Name, ModelSection Model);
