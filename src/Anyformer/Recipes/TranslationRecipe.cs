using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Recipes;

/// <summary>Translation, or writing any text from another.</summary>
public sealed record TranslationRecipe : Recipe
{
    /// <summary>The model.</summary>
    [Description("the model")]
    public override required ModelSection Model { get; init; }

    /// <summary>The texts.</summary>
    [Description("the texts")]
    public required TranslationDataSection Data { get; init; }

    /// <summary>
    /// The run of a trained translator, whose attention the shallow networks of the model learn to replace; everything else is the teacher's, its tokenizers
    /// too. Null to learn from the translations.
    /// </summary>
    [Description("run folder of a trained translator whose attention the shallow networks of the model learn to replace; to learn from translations when left out")]
    public string? Teacher { get; init; }

    /// <summary>Probability that is spread over all tokens in training (Vaswani et al. 2017, section 5.4).</summary>
    [Description("probability that is spread over all tokens in training"), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>The training.</summary>
    [Description("the training")]
    public TrainingSection Training { get; init; } = new();

    /// <summary>The evaluation.</summary>
    [Description("the evaluation")]
    public TranslationEvaluationSection Evaluation { get; init; } = new();

    /// <summary>What a paper reports for this recipe; null for none.</summary>
    [Description("what a paper reports for this recipe")]
    public PublishedFigures? Published { get; init; }
}

/// <summary>How translators are evaluated.</summary>
public sealed record TranslationEvaluationSection
{
    /// <summary>Texts of a batch.</summary>
    [Description("texts of a batch"), Range(1, int.MaxValue)]
    public int BatchSize { get; init; } = 64;

    /// <summary>Translations that are gone on with side by side.</summary>
    [Description("translations that are gone on with side by side; 1 takes the most probable token each time"), Range(1, 1024)]
    public int Beams { get; init; } = 1;

    /// <summary>How much longer translations are preferred by a beam search.</summary>
    [Description("how much longer translations are preferred by a beam search"), Range(0.0, 10.0)]
    public double LengthPenalty { get; init; } = 0.6;
}
