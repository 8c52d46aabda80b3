using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Recipes;

/// <summary>Language modelling: telling what comes next in a text or, for a masked language model, what is hidden in it.</summary>
public sealed record LanguageRecipe : Recipe
{
    /// <summary>The model.</summary>
    [Description("the model")]
    public override required ModelSection Model { get; init; }

    /// <summary>The text.</summary>
    [Description("the text")]
    public required TextDataSection Data { get; init; }

    /// <summary>How the tokens of a masked language model are hidden; without a say for others.</summary>
    [Description("how the tokens of a masked language model are hidden; without a say for others")]
    public TokenMaskingSection Masking { get; init; } = new();

    /// <summary>
    /// How much of a window is a prefix whose tokens all see each other, so that only what follows is told (prefix language modelling); null for none.
    /// </summary>
    [Description("prefix of every window whose tokens all see each other, so that a language model tells only what follows: {} or {least: 0.25, most: 0.75}")]
    public PrefixSection? Prefix { get; init; }

    /// <summary>The training.</summary>
    [Description("the training")]
    public TrainingSection Training { get; init; } = new();

    /// <summary>The evaluation.</summary>
    [Description("the evaluation")]
    public LanguageEvaluationSection Evaluation { get; init; } = new();
}

/// <summary>How a language model is evaluated.</summary>
public sealed record LanguageEvaluationSection
{
    /// <summary>Windows of a batch.</summary>
    [Description("windows of a batch")]
    [Range(1, int.MaxValue)]
    public int BatchSize { get; init; } = 32;
}
