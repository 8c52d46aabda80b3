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

    /// <summary>The options, not yet bound.</summary>
    [Description("options of the model")]
    public RecipeMapping Options { get; init; } = RecipeMapping.Empty;
}
