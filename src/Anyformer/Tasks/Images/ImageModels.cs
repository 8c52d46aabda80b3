using Anyformer.Catalog;
using Anyformer.Models.Vision;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Torch;

namespace Anyformer.Tasks.Images;

/// <summary>Builds the classifier that a recipe names.</summary>
public static class ImageModels
{
    /// <summary>How papers shorten the names of sizes.</summary>
    private static readonly Dictionary<string, string> s_sizes = new() { ["ti"] = "tiny", ["t"] = "tiny", ["s"] = "small", ["b"] = "base", ["l"] = "large", ["h"] = "huge" };

    /// <summary>The model with fresh weights drawn from the default generator after seeding it, or with those that the section names.</summary>
    /// <param name="section">The model and its options.</param>
    /// <param name="shape">The images.</param>
    /// <param name="seed">The seed of the weights.</param>
    /// <param name="device">Where the model goes.</param>
    /// <exception cref="UserException">No such model, its options are wrong, or the weights do not fit.</exception>
    public static ImageClassifier Build(ModelSection section, ImageShape shape, long seed, Device device)
    {
        var entry = MethodCatalog.Get<ImageClassifier>(section.Id);
        TorchRuntime.ManualSeed(seed);
        var model = entry.Build<ImageClassifier>(shape, entry.OptionsType is null ? null : entry.BindOptions(section));
        if (section.Weights is { } weights)
            PretrainedWeights.Load(model, weights);
        model.To(device);
        return model;
    }

    /// <summary>The section with every option written out.</summary>
    /// <exception cref="UserException">No such model, or its options are wrong.</exception>
    public static ModelSection WithEveryOption(ModelSection section)
    {
        var entry = MethodCatalog.Get<ImageClassifier>(section.Id);
        return section with { Id = entry.Id, Preset = null, Options = OptionBinder.Write(entry.BindOptions(section)) };
    }

    /// <summary>A model in a size: <c>vit</c>, <c>vit-tiny</c>, or as papers shorten it, <c>vit-ti</c>, <c>efficientvit-m0</c>.</summary>
    /// <exception cref="UserException">No such model, or no such size of it.</exception>
    public static ModelSection Named(string name)
    {
        var models = MethodCatalog.OfRole<ImageClassifier>().ToArray();
        if (models.Where(entry => name == entry.Id || name.StartsWith($"{entry.Id}-", StringComparison.Ordinal)).MaxBy(entry => entry.Id.Length) is not { } model)
            return new ModelSection { Id = MethodCatalog.Get<ImageClassifier>(name).Id };
        if (name == model.Id)
            return new ModelSection { Id = model.Id };
        var size = name[(model.Id.Length + 1)..];
        return new ModelSection { Id = model.Id, Preset = model.Presets.ContainsKey(size) ? size : s_sizes.GetValueOrDefault(size, size) } is var section
            && model.Presets.ContainsKey(section.Preset!) ? section
            : throw new UserException($"The model {model.Id} has no size '{size}'; expected one of {string.Join(", ", model.Presets.Keys)}.");
    }
}
