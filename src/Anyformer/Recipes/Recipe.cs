using System.ComponentModel;
using System.Text.Json.Serialization;
using Anyformer.Recipes.Options;

namespace Anyformer.Recipes;

/// <summary>
/// One experiment: which model, on which data, trained and evaluated how. The key <c>task</c> says which of the derived records it is;
/// recipes are equal when they say the same.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "task")]
[JsonDerivedType(typeof(ForecastRecipe), "forecast")]
[JsonDerivedType(typeof(PretrainingRecipe), "forecast-pretraining")]
[JsonDerivedType(typeof(SequenceRecipe), "sequence-classification")]
[JsonDerivedType(typeof(LanguageRecipe), "language")]
[JsonDerivedType(typeof(TranslationRecipe), "translation")]
[JsonDerivedType(typeof(TextClassificationRecipe), "text-classification")]
[JsonDerivedType(typeof(ImageRecipe), "image-classification")]
public abstract record Recipe
{
    /// <summary>What the experiment is called in run folders and reports; null for a name made of the model and the data.</summary>
    [Description("name of the experiment; by default made of the model and the data")]
    public string? Name { get; init; }

    /// <summary>The model.</summary>
    [Description("the model")]
    public abstract ModelSection Model { get; init; }

    /// <summary>Reads a recipe file and applies overrides, the last one last.</summary>
    /// <param name="path">The YAML file.</param>
    /// <param name="overrides">Assignments <c>section.key=value</c>, see <see cref="RecipeDocument.Set(string)"/>.</param>
    /// <exception cref="UserException">The file or an override is wrong: the message names the line or the override.</exception>
    public static Recipe Load(string path, params IEnumerable<string> overrides) =>
        overrides.Aggregate(RecipeSweep.Base(RecipeDocument.Load(path)), (document, assignment) => document.Set(assignment)).Bind<Recipe>();

    /// <summary>The recipe as a document with every key written out, which binds to an equal recipe.</summary>
    public RecipeDocument ToDocument() => new(OptionBinder.Write<Recipe>(this), "the recipe as run");
}
