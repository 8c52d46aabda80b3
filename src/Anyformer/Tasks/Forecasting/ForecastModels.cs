using Anyformer.Catalog;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Tasks.Forecasting.Losses;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting;

/// <summary>Builds the model that a recipe names.</summary>
public static class ForecastModels
{
    /// <summary>The model itself, with fresh weights drawn from the default generator after seeding it, or with those that the section names.</summary>
    /// <param name="section">The model and its options.</param>
    /// <param name="shape">The sizes of the data.</param>
    /// <param name="seed">The seed of the weights.</param>
    /// <exception cref="UserException">No such model, its options are wrong, or the weights do not fit.</exception>
    public static Forecaster Start(ModelSection section, ForecastShape shape, long seed)
    {
        var model = Fresh(section, shape, seed);
        if (section.Weights is { } weights)
            PretrainedWeights.Load(model, weights);
        return model;
    }

    /// <summary>
    /// A model to be trained: as it starts, and, where the data has columns known ahead and the model does not read them over the horizon itself,
    /// adjusted for them, with what the data tells of their effects.
    /// </summary>
    /// <param name="section">The model and its options.</param>
    /// <param name="loss">What it will be trained with, which may want more than one forecast for each value.</param>
    /// <param name="data">The data.</param>
    /// <param name="seed">The seed of the weights.</param>
    /// <param name="device">Where the model goes.</param>
    /// <exception cref="UserException">No such model, its options are wrong, or the weights do not fit.</exception>
    public static Forecaster Build(ModelSection section, ForecastLoss loss, ForecastData data, long seed, Device device)
    {
        using var scope = new TensorScope();
        var model = loss.Prepare(Adjusted(Start(section, data.Shape, seed), data.Shape), data.Shape);
        model.To(device);
        foreach (var adjusted in model.Modules().Select(item => item.Module).OfType<CovariateAdjusted>())
            adjusted.BeginWith(KnownEffects.Estimate(data));
        return model;
    }

    /// <summary>The same model with fresh weights, for those of its training to be loaded.</summary>
    /// <exception cref="UserException">No such model, or its options are wrong.</exception>
    public static Forecaster Build(ModelSection section, ForecastLoss loss, ForecastShape shape, long seed, Device device)
    {
        var model = loss.Prepare(Adjusted(Fresh(section, shape, seed), shape), shape);
        model.To(device);
        return model;
    }

    /// <summary>The section with every option written out.</summary>
    /// <exception cref="UserException">No such model, or its options are wrong.</exception>
    public static ModelSection WithEveryOption(ModelSection section) =>
        section with { Preset = null, Options = OptionBinder.Write(MethodCatalog.Get<Forecaster>(section.Id).BindOptions(section)) };

    private static Forecaster Fresh(ModelSection section, ForecastShape shape, long seed)
    {
        var entry = MethodCatalog.Get<Forecaster>(section.Id);
        TorchRuntime.ManualSeed(seed);
        return entry.Build<Forecaster>(shape, entry.BindOptions(section));
    }

    /// <summary>A baseline that learns nothing stays as it is.</summary>
    private static Forecaster Adjusted(Forecaster model, ForecastShape shape) =>
        shape.Known > 0 && !model.ReadsFutureMarks && model.Parameters().Any() ? new CovariateAdjusted(model, shape) : model;
}
