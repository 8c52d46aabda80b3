using Anyformer.Catalog;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting;

/// <summary>Builds the model that a recipe names.</summary>
public static class ForecastModels
{
    /// <summary>A forecaster with fresh weights drawn from the default generator after seeding it.</summary>
    /// <exception cref="UserException">No such model, or its options are wrong.</exception>
    public static Forecaster Build(ModelSection section, ForecastShape shape, long seed, Device device)
    {
        var entry = MethodCatalog.Get<Forecaster>(section.Id);
        TorchRuntime.ManualSeed(seed);
        var model = entry.Build<Forecaster>(shape, entry.BindOptions(section));
        model.To(device);
        return model;
    }
}
