using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Testing;

namespace Anyformer.Tests.Recipes;

public sealed class PretrainingRecipeTests
{
    private static readonly string s_root = Path.Combine(SharedFolder.ProjectRoot, "recipes", "forecasting");

    [Fact]
    public void FineTuningFitsItsPretraining()
    {
        var pretraining = (PretrainingRecipe)Recipe.Load(Path.Combine(s_root, "patchtst-pretraining-etth1-512.yaml"));
        var finetuning = (ForecastRecipe)Recipe.Load(Path.Combine(s_root, "patchtst-finetuning-etth1-512-96.yaml"));
        Assert.Equal($"runs/{pretraining.Name}", finetuning.Model.Weights);
        Assert.Equal(pretraining.Model, finetuning.Model with { Weights = null });
        Assert.Equal(pretraining.Data.Lookback, finetuning.Data.Lookback);
        Assert.Equal(42, new Patching(512, 12, 12, PatchFit.DropFirst).Count);
    }
}
