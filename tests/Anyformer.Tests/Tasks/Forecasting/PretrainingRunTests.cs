using Anyformer.Models.Forecasting;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Tasks;
using Anyformer.Tasks.Forecasting;
using Anyformer.Training;

namespace Anyformer.Tests.Tasks.Forecasting;

[Collection(DefaultGenerator.Name)]
public sealed class PretrainingRunTests : IDisposable
{
    private static readonly PatchTstOptions s_options = new()
    {
        PatchLength = 4,
        Stride = 4,
        PatchFit = PatchFit.DropFirst,
        Width = 8,
        Heads = 2,
        FeedForwardWidth = 8,
        Layers = 1,
        Dropout = 0,
    };

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public PretrainingRunTests() => _path = WaveTable.Write(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LearnsToRestoreWhatIsHidden()
    {
        var run = new PretrainingRun(Recipe(epochs: 12), WaveTable.Store, _folder["pre"]);
        var before = run.Evaluate();
        Assert.True(Train(run).Finished);
        Assert.Equal(12, run.LearningCurve().Count);
        Assert.Equal(run.LearningCurve().Min(point => point.ValidationLoss), run.Evaluate(), 1e-9);
        Assert.True(run.Evaluate() < 0.7 * before, $"from {before} to {run.Evaluate()}");
        Assert.Equal(run.Recipe, Assert.IsType<PretrainingRecipe>(Anyformer.Recipes.Recipe.Load(TrainingRun.RecipePath(run.Folder))));
    }

    [Fact]
    public void ABrokenOffRunGoesOnToTheSameEnd()
    {
        var whole = new PretrainingRun(Recipe(epochs: 2), WaveTable.Store, _folder["whole"]);
        Train(whole);
        using var cancellation = new CancellationTokenSource();
        var first = new PretrainingRun(Recipe(epochs: 2), WaveTable.Store, _folder["cut"]);
        first.Train(resume: false, new StopAt(9, cancellation), cancellation.Token);
        var second = new PretrainingRun(Recipe(epochs: 2), WaveTable.Store, _folder["cut"]);
        Assert.True(second.Train(resume: true, new StopAt(-1, null), default).Finished);
        foreach (var (name, tensor) in whole.Model.StateDict())
            Tensors.AssertSame(tensor, second.Model.StateDict()[name]);
    }

    [Fact]
    public void AForecasterStartsFromItsWeights()
    {
        var pretraining = new PretrainingRun(Recipe(epochs: 1), WaveTable.Store, _folder["pre"]);
        Train(pretraining);
        var recipe = Forecast(_folder["pre"]) with { Training = WaveTable.Training with { FreezeEpochs = 1 } };
        var run = new ForecastRun(recipe, WaveTable.Store, _folder["fine"]);
        AssertBackbone(pretraining.Model, run.Model);
        run.Train(resume: false, new StopAt(-1, null), default);
        // Nothing but the head has learnt, and the statistics of the batch normalisation.
        AssertBackbone(pretraining.Model, run.Model, "running", "num_batches");
        // What goes on, or is predicted with, needs the weights it began with no more.
        Directory.Delete(_folder["pre"], recursive: true);
        Assert.True(new ForecastRun(recipe, WaveTable.Store, _folder["fine"]).CanResume);
        Assert.Equal(6 * 3, ForecastPredictor.Open(_folder["fine"]).Predict(_path).Values.Length);
    }

    [Fact]
    public void ARunIsNotOverwritten()
    {
        Train(new PretrainingRun(Recipe(epochs: 1), WaveTable.Store, _folder["pre"]));
        Assert.Throws<InvalidOperationException>(() => Train(new PretrainingRun(Recipe(epochs: 1), WaveTable.Store, _folder["pre"])));
    }

    [Fact]
    public void TheRunIsNoForecaster()
    {
        Train(new PretrainingRun(Recipe(epochs: 1), WaveTable.Store, _folder["pre"]));
        Assert.Equal($"The run '{_folder["pre"]}' is none of a forecaster.",
            Assert.Throws<UserException>(() => ForecastPredictor.Open(_folder["pre"])).Message);
    }

    [Fact]
    public void OnlySomeModelsCanBePretrained() => Assert.Equal(
        "The model 'dlinear' cannot be pre-trained; expected one of patchtst.",
        Assert.Throws<UserException>(() => new PretrainingRun(
            Recipe(1) with { Model = new ModelSection { Id = "dlinear" } }, WaveTable.Store, _folder["pre"])).Message);

    private static TrainingState Train(TrainingRun run) => run.Train(resume: false, new StopAt(-1, null), default);

    private static void AssertBackbone(Module expected, Module actual, params string[] except)
    {
        var state = actual.StateDict();
        foreach (var (name, tensor) in expected.StateDict())
            if (!TaskHead.Owns(name) && !except.Any(part => name.Contains(part, StringComparison.Ordinal)))
                Tensors.AssertSame(tensor, state[name]);
    }

    private PretrainingRecipe Recipe(int epochs) => new()
    {
        Model = new ModelSection { Id = "patchtst", Options = OptionBinder.Write(s_options) },
        Data = WaveTable.Section(_path),
        Training = WaveTable.Training with { Epochs = epochs, LearningRate = 0.02 },
    };

    private ForecastRecipe Forecast(string weights)
    {
        var recipe = WaveTable.Recipe(_path, "patchtst", s_options);
        return recipe with { Model = recipe.Model with { Weights = weights } };
    }
}
