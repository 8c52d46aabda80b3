using Anyformer.Catalog;
using Anyformer.Data.Sequences;
using Anyformer.Models.Sequences;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Torch;

namespace Anyformer.Tasks.Sequences;

/// <summary>Builds the classifier that a recipe names.</summary>
public static class SequenceModels
{
    /// <summary>The model with fresh weights drawn from the default generator after seeding it, or with those that the section names.</summary>
    /// <param name="section">The model and its options.</param>
    /// <param name="data">The data.</param>
    /// <param name="seed">The seed of the weights.</param>
    /// <param name="device">Where the model goes.</param>
    /// <exception cref="UserException">No such model, its options are wrong, or the weights do not fit.</exception>
    public static SequenceClassifier Build(ModelSection section, SequenceData data, long seed, Device device)
    {
        var entry = MethodCatalog.Get<SequenceClassifier>(section.Id);
        TorchRuntime.ManualSeed(seed);
        var model = entry.Build<SequenceClassifier>(new SequenceShape(data.Tokens, data.Vocabulary, data.Classes, data.Pairs), entry.BindOptions(section));
        if (section.Weights is { } weights)
            PretrainedWeights.Load(model, weights);
        model.To(device);
        return model;
    }

    /// <summary>The section with every option written out.</summary>
    /// <exception cref="UserException">No such model, or its options are wrong.</exception>
    public static ModelSection WithEveryOption(ModelSection section) =>
        section with { Preset = null, Options = OptionBinder.Write(MethodCatalog.Get<SequenceClassifier>(section.Id).BindOptions(section)) };
}
