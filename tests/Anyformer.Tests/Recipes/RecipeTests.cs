using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Recipes.Yaml;
using Anyformer.Testing;
using Anyformer.Training.Schedules;
using FsCheck.Fluent;

namespace Anyformer.Tests.Recipes;

public class RecipeTests
{
    private const string Smallest = "task: forecast\nmodel: {id: itransformer}\ndata: {source: etth1}\n";

    private const string Kinds = "constant, cosine, linear, step, multi-step, exponential, one-cycle, noam, rsqrt, type1, type3.";

    private const string Full = """
        # iTransformer on ETTh1
        task: forecast
        name: etth1-96
        model:
          id: itransformer
          options:
            width: 256
            layers: 2
        data:
          source: etth1
          horizon: 192
          split: ett-hour
        training:
          optimizer: adamw
          betas: [0.8, 0.99]
          learning-rate: 1e-3
          max-time: 1h30m
          schedule: {kind: cosine, warmup-steps: 100, floor: 0.01}
          gradient-clip: 1
          autocast: bfloat16
          patience: null
        """;

    [Fact]
    public void DefaultsAreThoseOfTheForecastingPapers()
    {
        var recipe = Bind(Smallest);
        Assert.Equal(
            new ForecastRecipe { Model = new() { Id = "itransformer" }, Data = new() { Source = "etth1" } },
            recipe);
        Assert.Equal((96, 96, 48), (recipe.Data.Lookback, recipe.Data.Horizon, recipe.Data.LabelLength));
        Assert.Equal((OptimizerKind.Adam, 1e-4, 32, 10, 3), (recipe.Training.Optimizer, recipe.Training.LearningRate,
            recipe.Training.BatchSize, recipe.Training.Epochs, recipe.Training.Patience));
        Assert.Equal(new HalvingSchedule(), recipe.Training.Schedule);
        Assert.Null(recipe.Data.Split);
    }

    [Fact]
    public void EveryGivenKeyIsBound()
    {
        var recipe = Bind(Full);
        Assert.Equal("etth1-96", recipe.Name);
        Assert.Equal(["width", "layers"], recipe.Model.Options.Entries.Select(entry => entry.Key));
        Assert.Equal((192, SplitRule.EttHour), (recipe.Data.Horizon, recipe.Data.Split));
        Assert.Equal([0.8, 0.99], recipe.Training.Betas);
        Assert.Equal((OptimizerKind.AdamW, 1e-3), (recipe.Training.Optimizer, recipe.Training.LearningRate));
        Assert.Equal(TimeSpan.FromMinutes(90), recipe.Training.MaxTime);
        Assert.Equal(new CosineSchedule { WarmupSteps = 100, Floor = 0.01 }, recipe.Training.Schedule);
        Assert.Equal(
            (1.0, AutocastPrecision.BFloat16, null),
            (recipe.Training.GradientClip, recipe.Training.Autocast, recipe.Training.Patience));
    }

    [Theory]
    [InlineData("learning-rate: 1e-3", "learning-rat: 1",
        "There is an unknown key 'learning-rat' at line 16 of r.yaml in 'training'; did you mean 'learning-rate'?")]
    [InlineData("name: etth1-96", "nam: x", "There is an unknown key 'nam' at line 3 of r.yaml; did you mean 'name'?")]
    [InlineData("source: etth1", "lookback: 7", "There is no key 'source' in 'data' at line 10 of r.yaml; expected text.")]
    [InlineData("horizon: 192", "horizon: many", "'data.horizon' at line 11 of r.yaml is 'many'; expected a whole number.")]
    [InlineData("horizon: 192", "horizon: '192'", "'data.horizon' at line 11 of r.yaml is '192'; expected a whole number.")]
    [InlineData("horizon: 192", "horizon: 1.5", "'data.horizon' at line 11 of r.yaml is '1.5'; expected a whole number.")]
    [InlineData("horizon: 192", "horizon: 99999999999", "'data.horizon' at line 11 of r.yaml is '99999999999'; expected a whole number.")]
    [InlineData("horizon: 192", "horizon: 0", "'data.horizon' at line 11 of r.yaml is 0; expected at least 1.")]
    [InlineData("horizon: 192", "horizon:", "'data.horizon' at line 11 of r.yaml is empty; expected a whole number.")]
    [InlineData("split: ett-hour", "split: EttHour",
        "'data.split' at line 12 of r.yaml is 'EttHour'; expected ett-hour, ett-minute, three shares whose sum is 1 such as 0.7/0.1/0.2, "
        + "three numbers of rows such as 8640/2880/2880, or rest/24/24.")]
    [InlineData("horizon: 192", "known: [a]\n  marks: integer", "'data' at line 10 of r.yaml is wrong: "
        + "known is given with integer marks, which are looked up in tables; set marks to fraction or none.")]
    [InlineData("horizon: 192", "delimiter: ab", "'data' at line 10 of r.yaml is wrong: delimiter is 'ab'; expected one character, or tab.")]
    [InlineData("betas: [0.8, 0.99]", "betas: 0.6", "'training.betas' at line 15 of r.yaml is '0.6'; expected a list, each a number.")]
    [InlineData("betas: [0.8, 0.99]", "betas: [x]", "'training.betas[0]' at line 15 of r.yaml is 'x'; expected a number.")]
    [InlineData("betas: [0.8, 0.99]", "betas: [2, 0]", "'training.betas' at line 15 of r.yaml is 2; expected at least 0 and less than 1.")]
    [InlineData("betas: [0.8, 0.99]", "betas: [0.5]",
        "'training' at line 14 of r.yaml is wrong: betas is a list of 1; expected two numbers.")]
    [InlineData("max-time: 1h30m", "max-time: 90",
        "'training.max-time' at line 17 of r.yaml is '90'; expected a duration such as 90s, 2m or 1h30m.")]
    [InlineData("kind: cosine", "kind: cosin",
        "'training.schedule.kind' at line 18 of r.yaml is 'cosin'; expected one of " + Kinds)]
    [InlineData("kind: cosine, ", "",
        "There is no key 'kind' in 'training.schedule' at line 18 of r.yaml; expected one of " + Kinds)]
    [InlineData("floor: 0.01", "flor: 0.01",
        "There is an unknown key 'flor' at line 18 of r.yaml in 'training.schedule'; did you mean 'floor'?")]
    [InlineData("gradient-clip: 1", "gradient-clip: 0", "'training.gradient-clip' at line 19 of r.yaml is 0; expected more than 0.")]
    [InlineData("task: forecast", "task: cook", "'task' at line 2 of r.yaml is 'cook'; expected one of forecast, forecast-pretraining, sequence-classification, language, translation, text-classification, image-classification.")]
    [InlineData("task: forecast", "", "There is no key 'task' at line 3 of r.yaml; expected one of forecast, forecast-pretraining, sequence-classification, language, translation, text-classification, image-classification.")]
    public void MistakesAreToldInOneSentence(string old, string replacement, string message) =>
        Assert.Equal(message, Assert.Throws<UserException>(() => Bind(Full.Replace(old, replacement))).Message);

    [Fact]
    public void OverridesReplaceAndAddValues()
    {
        var document = RecipeDocument.Parse(Full, "r.yaml")
            .Set("training.learning-rate=5e-4").Set("data.split=0.8/0.1/0.1").Set("training.schedule=noam").Set("name=")
            .Set("model.options.layers=3").Set("evaluation.drop-last = true");
        var recipe = (ForecastRecipe)document.Bind<Recipe>();
        Assert.Equal(5e-4, recipe.Training.LearningRate);
        Assert.Equal(OptimizerKind.AdamW, recipe.Training.Optimizer);
        Assert.Equal(new RatioSplit(0.8, 0.1, 0.1), recipe.Data.Split);
        Assert.Equal(new NoamSchedule(), recipe.Training.Schedule);
        Assert.Null(recipe.Name);
        Assert.Equal("3", ((RecipeScalar)recipe.Model.Options.Find("layers")!.Value).Text);
        Assert.True(recipe.Evaluation.DropLast);
    }

    [Theory]
    [InlineData("training.learning-rat=1",
        "There is an unknown key 'learning-rat' in the override 'training.learning-rat=1' in 'training'; did you mean 'learning-rate'?")]
    [InlineData("training.epochs=x", "'training.epochs' in the override 'training.epochs=x' is 'x'; expected a whole number.")]
    [InlineData("training.epochs", "The override 'training.epochs' has no '='; expected section.key=value.")]
    [InlineData("training..x=1", "The override 'training..x=1' has an empty key; expected section.key=value.")]
    [InlineData("name.x=1", "'name' at line 3 of r.yaml is 'etth1-96'; the override 'name.x=1' expects a section there.")]
    [InlineData("data.columns=*a", "The alias '*a' in the override 'data.columns=*a' is not allowed; write the value out.")]
    public void WrongOverridesNameThemselves(string assignment, string message) =>
        Assert.Equal(message, Assert.Throws<UserException>(() => RecipeDocument.Parse(Full, "r.yaml").Set(assignment).Bind<Recipe>()).Message);

    [Fact]
    public void ARecipeAsRunIsWrittenWithItsDefaults()
    {
        var recipe = Bind(Smallest);
        Assert.Equal("""
            task: forecast
            name: null
            model:
              id: itransformer
              preset: null
              weights: null
              options: {}
            data:
              source: etth1
              date-column: null
              id-column: null
              date-format: null
              delimiter: null
              columns: null
              known: null
              target: null
              lookback: 96
              horizon: 96
              label-length: 48
              split: null
              frequency: null
              marks: fraction
              fill: none
              stream: null
              standardize: true
            loss: mse
            training:
              optimizer: adam
              learning-rate: 0.0001
              weight-decay: 0
              decayed-weights: all
              momentum: 0
              betas: [0.9, 0.999]
              epsilon: 1e-08
              batch-size: 32
              epochs: 10
              freeze-epochs: 0
              max-steps: null
              max-time: null
              schedule: type1
              gradient-clip: null
              accumulate: 1
              autocast: none
              recompute: none
              ema-decay: null
              patience: 3
              checkpoint-every: null
              seed: 2023
              device: cpu
              threads: null
            evaluation:
              batch-size: 32
              coverage: 0.9
              drop-last: false
            published: null

            """.ReplaceLineEndings("\n"), recipe.ToDocument().ToYaml());
    }

    [Fact]
    public void TheModelsOptionsBindToTheTypeThatTheModelNames()
    {
        var recipe = (ForecastRecipe)RecipeDocument.Parse(Full, "r.yaml").Set("model.options.dropout=0.2").Bind<Recipe>();
        var options = OptionBinder.Bind(recipe.Model.Options, typeof(ITransformerOptions), "model.options");
        Assert.Equal(new ITransformerOptions { Width = 256, Layers = 2, Dropout = 0.2 }, options);
        var asRun = recipe with { Model = recipe.Model with { Options = OptionBinder.Write(options) } };
        Assert.Equal("""
              id: itransformer
              preset: null
              weights: null
              options:
                width: 256
                heads: 8
                layers: 2
                feed-forward-width: 256
                dropout: 0.2
                activation: gelu
                attention: softmax
                window-norm: true
            data:
            """, asRun.ToDocument().ToYaml().Split("model:\n")[1].Split("\n  source:")[0]);
    }

    [Fact]
    public void RecipesRoundTripThroughAFile()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "recipe.yaml");
        var recipe = Bind(Full);
        recipe.ToDocument().Save(path);
        recipe.ToDocument().Save(path);
        Assert.Equal(recipe, Recipe.Load(path));
        Assert.Equal(7, ((ForecastRecipe)Recipe.Load(path, "training.seed=1", "training.seed=7")).Training.Seed);
        Assert.Throws<UserException>(() => recipe.ToDocument().Save(Path.Combine(path, "x.yaml")));
        Assert.Throws<UserException>(() => recipe.ToDocument().Save(Path.GetDirectoryName(path)!));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void AnyRecipeRoundTrips() => Property.Holds(RecipeGenerators.Recipe, recipe =>
    {
        var yaml = recipe.ToDocument().ToYaml();
        var reread = Bind(yaml);
        Assert.Equal(recipe, reread);
        Assert.Equal(recipe.GetHashCode(), reread.GetHashCode());
        Assert.Equal(yaml, reread.ToDocument().ToYaml());
    }, runs: 200);

    [Fact]
    public void AnyPretrainingRecipeRoundTrips() => Property.Holds(RecipeGenerators.Pretraining, recipe =>
        Assert.Equal(recipe, RecipeDocument.Parse(recipe.ToDocument().ToYaml(), "r.yaml").Bind<Recipe>()), runs: 30);

    [Fact]
    public void MutatedYamlIsARecipeOrAUserException()
    {
        const string Alphabet = "ab0179.-+e \t\n\r:,[]{}#&*!|>'\"%@`?~\\\0\u0085\ufeffé=x/";
        var yaml = Full + "\n";
        var edit = Gen.Choose(0, yaml.Length - 1).Zip(Gen.Choose(0, 3)).Zip(Gen.Elements(Alphabet.ToCharArray()).ArrayOf(3));
        Property.Holds(edit.NonEmptyListOf(), edits =>
        {
            var mutated = yaml;
            foreach (var ((at, removed), inserted) in edits)
            {
                var start = Math.Min(at, mutated.Length);
                mutated = mutated.Remove(start, Math.Min(removed, mutated.Length - start)).Insert(start, new string(inserted, 0, at % 4));
            }
            try
            {
                Bind(mutated);
            }
            catch (UserException problem)
            {
                Assert.Matches(@"[.?]\z", problem.Message);
            }
        }, runs: 2000);
    }

    private static ForecastRecipe Bind(string yaml) => (ForecastRecipe)RecipeDocument.Parse(yaml, "r.yaml").Bind<Recipe>();
}
