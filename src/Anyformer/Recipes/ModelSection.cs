using System.ComponentModel;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes;

/// <summary>Which model, and its options as written: the catalog knows the type that they bind to.</summary>
public sealed record ModelSection
{
    /// <summary>The model's id in the catalog.</summary>
    [Description("id of the model in the catalog")]
    public required string Id { get; init; }

    /// <summary>A published or otherwise named size of the model that the options start from; null for its defaults.</summary>
    [Description("named size of the model that the options start from")]
    public string? Preset { get; init; }

    /// <summary>
    /// Weights to start from: the folder of a run, or a safetensors file. The head may be missing, of another shape or another task's, and is
    /// fresh then; all other weights must fit. Null to start from random weights.
    /// </summary>
    [Description("run folder or safetensors file whose weights to start from, all but the head; random ones when left out")]
    public string? Weights { get; init; }

    /// <summary>The options, not yet bound.</summary>
    [Description("options of the model")]
    public RecipeMapping Options { get; init; } = RecipeMapping.Empty;
}
