using Anyformer.Catalog;
using Anyformer.Data.Sources;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;

namespace Anyformer.Tests.Recipes;

public sealed class RecipeSweepTests
{
    private const string Text = """
        task: forecast
        name: mine
        model: {id: dlinear}
        data: {source: etth1, lookback: 96, horizon: 96}
        published: {source: "Table 2"}
        sweep:
          - {data.horizon: 192, published.mse: 0.405}
          - {data.source: exchange-rate, training.epochs: 1}
          - {name: other, training.schedule: {kind: cosine}}
        """;

    [Fact]
    public void EveryEntryIsSetOverTheRecipe()
    {
        var experiments = RecipeSweep.Experiments(RecipeDocument.Parse(Text, "r.yaml"));
        Assert.Equal(["mine-192", "mine-exchange-rate-1", "other"], experiments.Select(RecipeSweep.NameOf));
        var recipes = experiments.Select(experiment => (ForecastRecipe)experiment.Bind<Recipe>()).ToArray();
        Assert.Equal(["mine-192", "mine-exchange-rate-1", "other"], recipes.Select(recipe => recipe.Name));
        Assert.Equal(("etth1", 192, 10), (recipes[0].Data.Source, recipes[0].Data.Horizon, recipes[0].Training.Epochs));
        Assert.Equal(new PublishedFigures { Mse = 0.405, Source = "Table 2" }, recipes[0].Published);
        Assert.Equal(("exchange-rate", 96, 1), (recipes[1].Data.Source, recipes[1].Data.Horizon, recipes[1].Training.Epochs));
        Assert.IsType<Anyformer.Training.Schedules.CosineSchedule>(recipes[2].Training.Schedule);
    }

    [Fact]
    public void WithoutTheSweepTheRecipeIsOneExperiment()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["r.yaml"], Text);
        var recipe = (ForecastRecipe)Recipe.Load(folder["r.yaml"]);
        Assert.Equal(("mine", 96), (recipe.Name, recipe.Data.Horizon));
    }

    [Theory]
    [InlineData("name: x", "The recipe 'r.yaml' has no key 'sweep'; expected a list of sections to set over it.")]
    [InlineData("sweep: 3", "'sweep' at line 1 of r.yaml is '3'; expected a list of sections, such as - {data.horizon: 192}.")]
    [InlineData("sweep: [3]", "'sweep' at line 1 of r.yaml is a list of 1; expected a list of sections, such as - {data.horizon: 192}.")]
    [InlineData("name: x\nsweep: [{a: 1}, {b: 1}]", "'sweep' at line 2 of r.yaml has two experiments of the name 'x-1'; give them a name.")]
    [InlineData("sweep: [{a..b: 1}]", "The key 'a..b' at line 1 of r.yaml has an empty part; expected section.key.")]
    public void MistakesAreNamed(string yaml, string message) =>
        Assert.Equal(message, Assert.Throws<UserException>(() => RecipeSweep.Experiments(RecipeDocument.Parse(yaml, "r.yaml"))).Message);

    /// <summary>Every recipe that ships binds, its sweep too.</summary>
    [Theory]
    [MemberData(nameof(Shipped))]
    public void ShippedRecipesBind(string name)
    {
        var document = RecipeDocument.Load(Path.Combine(Folder, name));
        var experiments = document.Root.Find("sweep") is null ? [] : RecipeSweep.Experiments(document);
        foreach (var experiment in experiments.Prepend(RecipeSweep.Base(document)))
            if (experiment.Bind<Recipe>() is ForecastRecipe recipe)
            {
                Assert.NotNull(MethodCatalog.Get<Forecaster>(recipe.Model.Id).BindOptions(recipe.Model));
                Assert.NotNull(KnownDataSources.Get(recipe.Data.Source));
            }
    }

    public static TheoryData<string> Shipped => [.. Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder, path)).Order()];

    private static string Folder
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (Directory.Exists(Path.Combine(folder.FullName, "recipes")))
                    return Path.Combine(folder.FullName, "recipes");
            throw new InvalidOperationException("The folder recipes was not found above the tests.");
        }
    }
}
