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
    /// <summary>
    /// A forecaster with fresh weights drawn from the default generator after seeding it. Where the data has columns known ahead and the model
    /// does not read them over the horizon itself, it is adjusted for them.
    /// </summary>
    /// <param name="section">The model and its options.</param>
    /// <param name="loss">What it will be trained with, which may want more than one forecast for each value.</param>
    /// <param name="shape">The sizes of the data.</param>
    /// <param name="seed">The seed of the weights.</param>
    /// <param name="device">Where the model goes.</param>
    /// <exception cref="UserException">No such model, or its options are wrong.</exception>
    public static Forecaster Build(ModelSection section, ForecastLoss loss, ForecastShape shape, long seed, Device device)
    {
        var entry = MethodCatalog.Get<Forecaster>(section.Id);
        TorchRuntime.ManualSeed(seed);
        var model = loss.Prepare(Adjusted(entry.Build<Forecaster>(shape, entry.BindOptions(section)), shape), shape);
        model.To(device);
        return model;
    }

    /// <summary>The same, with what the data tells of the effects of its known columns.</summary>
    /// <exception cref="UserException">No such model, or its options are wrong.</exception>
    public static Forecaster Build(ModelSection section, ForecastLoss loss, ForecastData data, long seed, Device device)
    {
        using var scope = new TensorScope();
        var model = Build(section, loss, data.Shape, seed, device);
        foreach (var adjusted in model.Modules().Select(item => item.Module).OfType<CovariateAdjusted>())
            adjusted.BeginWith(KnownEffects.Estimate(data));
        return model;
    }

    /// <summary>A baseline that learns nothing stays as it is.</summary>
    private static Forecaster Adjusted(Forecaster model, ForecastShape shape) =>
        shape.Known > 0 && !model.ReadsFutureMarks && model.Parameters().Any() ? new CovariateAdjusted(model, shape) : model;

    /// <summary>The recipe with every option of its model written out.</summary>
    /// <exception cref="UserException">No such model, or its options are wrong.</exception>
    public static ForecastRecipe WithEveryOption(ForecastRecipe recipe)
    {
        var options = MethodCatalog.Get<Forecaster>(recipe.Model.Id).BindOptions(recipe.Model);
        return recipe with { Model = recipe.Model with { Preset = null, Options = OptionBinder.Write(options) } };
    }
}
