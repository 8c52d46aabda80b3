using Anyformer.Catalog;
using Anyformer.Models.Vision;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Torch;

namespace Anyformer.Tasks.Images;

/// <summary>Builds the classifier that a recipe names.</summary>
public static class ImageModels
{
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
}
