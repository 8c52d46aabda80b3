using Anyformer.Data.Sources;
using Anyformer.Recipes;
using Anyformer.Tasks.Language;

namespace Anyformer.Tests.Tasks.Language;

/// <summary>Runs of language models in a folder that is thrown away.</summary>
internal static class LanguageRuns
{
    /// <summary>Five characters again and again, two of which are two bytes long.</summary>
    internal static string Repeated(int length) => string.Concat(Enumerable.Repeat("abcäö", length / 5));

    /// <summary>A run of a recipe with some keys set, in a folder of that name.</summary>
    internal static LanguageRun Open(TemporaryFolder folder, string name, string recipe, params string[] set)
    {
        var document = set.Aggregate(RecipeDocument.Parse(recipe, "the recipe"), (current, assignment) => current.Set(assignment));
        return new LanguageRun((LanguageRecipe)document.Bind<Recipe>(), new DataStore([folder.Path], folder.Path), folder[name]);
    }
}
