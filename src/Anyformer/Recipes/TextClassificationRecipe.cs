using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Models.Language.Classification;

namespace Anyformer.Recipes;

/// <summary>Classification of texts, or of pairs of texts.</summary>
public sealed record TextClassificationRecipe : Recipe
{
    /// <summary>
    /// The model that reads the texts. Its weights may be those of a folder as Hugging Face's tools keep them, or of a run that learnt language or other
    /// classes: then its sizes and its tokenizer are those of the folder, and so are its options but for what the recipe says.
    /// </summary>
    [Description("the model that reads the texts; weights may also name a folder of Hugging Face's, with config.json, weights and tokenizer")]
    public override required ModelSection Model { get; init; }

    /// <summary>How classes are told from what the model made of a text.</summary>
    [Description("how classes are told from what the model made of a text")]
    public TextClassifierOptions Classifier { get; init; } = new();

    /// <summary>The texts.</summary>
    [Description("the texts")]
    public required TextClassificationDataSection Data { get; init; }

    /// <summary>The training.</summary>
    [Description("the training")]
    public TrainingSection Training { get; init; } = new();

    /// <summary>The evaluation.</summary>
    [Description("the evaluation")]
    public TextClassificationEvaluationSection Evaluation { get; init; } = new();

    /// <summary>What a paper reports for this recipe; null for none.</summary>
    [Description("what a paper reports for this recipe")]
    public PublishedFigures? Published { get; init; }
}

/// <summary>How classifiers of texts are evaluated.</summary>
public sealed record TextClassificationEvaluationSection
{
    /// <summary>Texts of a batch.</summary>
    [Description("texts of a batch"), Range(1, int.MaxValue)]
    public int BatchSize { get; init; } = 64;

    /// <summary>Of two classes the one that F1 is of; null for the second.</summary>
    [Description("of two classes the one that F1 is of; the second when left out")]
    public string? PositiveClass { get; init; }
}
