using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Recipes;

namespace Anyformer.Tasks;

/// <summary>Models as people name them, in a size.</summary>
public static class NamedModels
{
    /// <summary>How papers shorten the names of sizes.</summary>
    private static readonly Dictionary<string, string> s_sizes = new() { ["ti"] = "tiny", ["t"] = "tiny", ["s"] = "small", ["b"] = "base", ["l"] = "large", ["h"] = "huge" };

    /// <summary>
    /// A model in a size: <c>vit</c>, <c>vit-tiny</c>, or as papers shorten it, <c>vit-ti</c>, <c>efficientvit-m0</c>; or a published size by its own name,
    /// <c>gpt2-medium</c>.
    /// </summary>
    /// <typeparam name="TRole">What it is to be.</typeparam>
    /// <exception cref="UserException">No such model, or no such size of it.</exception>
    public static ModelSection Get<TRole>(string name) where TRole : Module
    {
        var models = MethodCatalog.OfRole<TRole>().ToArray();
        if (models.FirstOrDefault(entry => entry.Presets.ContainsKey(name)) is { } published)
            return new ModelSection { Id = published.Id, Preset = name };
        if (models.Where(entry => name == entry.Id || name.StartsWith($"{entry.Id}-", StringComparison.Ordinal)).MaxBy(entry => entry.Id.Length) is not { } model)
            return new ModelSection { Id = MethodCatalog.Get<TRole>(name).Id };
        if (name == model.Id)
            return new ModelSection { Id = model.Id };
        var size = name[(model.Id.Length + 1)..];
        return new ModelSection { Id = model.Id, Preset = model.Presets.ContainsKey(size) ? size : s_sizes.GetValueOrDefault(size, size) } is var section
            && model.Presets.ContainsKey(section.Preset!) ? section
            : throw new UserException($"The model {model.Id} has no size '{size}'; expected one of {string.Join(", ", model.Presets.Keys)}.");
    }
}
