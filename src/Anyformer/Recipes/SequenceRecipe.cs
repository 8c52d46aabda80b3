using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Data.Sequences;

namespace Anyformer.Recipes;

/// <summary>Classification of long sequences: the tasks of the Long Range Arena.</summary>
public sealed record SequenceRecipe : Recipe
{
    /// <summary>The model.</summary>
    [Description("the model")]
    public override required ModelSection Model { get; init; }

    /// <summary>The data.</summary>
    [Description("the data: listops, text, retrieval, image or pathfinder")]
    public required SequenceTask Data { get; init; }

    /// <summary>The training.</summary>
    [Description("the training")]
    public TrainingSection Training { get; init; } = new();

    /// <summary>The evaluation.</summary>
    [Description("the evaluation")]
    public SequenceEvaluationSection Evaluation { get; init; } = new();

    /// <summary>What a paper reports for this recipe; null for none.</summary>
    [Description("what a paper reports for this recipe")]
    public PublishedFigures? Published { get; init; }
}

/// <summary>How a trained classifier is evaluated.</summary>
public sealed record SequenceEvaluationSection
{
    /// <summary>Samples of a batch.</summary>
    [Description("samples of a batch")]
    [Range(1, int.MaxValue)]
    public int BatchSize { get; init; } = 32;
}
