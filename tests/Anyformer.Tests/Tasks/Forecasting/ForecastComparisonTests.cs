using Anyformer.Comparison;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Tasks;
using Anyformer.Tasks.Forecasting;
using Anyformer.Training;

namespace Anyformer.Tests.Tasks.Forecasting;

[Collection(DefaultGenerator.Name)]
public sealed class ForecastComparisonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public ForecastComparisonTests() => _path = WaveTable.Write(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryModelIsTrainedWithEverySeedAndMeasured()
    {
        var observer = new Observer();
        var comparison = Comparison([Small("seasonal-naive"), Small("dlinear"), Small("itransformer")]);
        var (models, samples) = comparison.Run(observer);
        Assert.Equal(["seasonal-naive", "dlinear", "itransformer"], models.Select(model => model.Id));
        Assert.Equal(models, observer.Models);
        Assert.Equal(["dlinear 1", "dlinear 2", "itransformer 1", "itransformer 2", "seasonal-naive 1", "seasonal-naive 2"],
            observer.Trainings.Order());
        foreach (var model in models)
        {
            Assert.Null(model.Failure);
            Assert.Equal([1ul, 2ul], model.Seeds.Select(seed => seed.Seed));
            Assert.All(model.Seeds, AssertMeasured);
        }

        Assert.Equal((0L, 2 * (24 * 6 + 6)), (models[0].Parameters, models[1].Parameters));
        Assert.All(models[0].Seeds, seed => Assert.Equal((0L, 0.0, 0), (seed.Steps, seed.Epochs, seed.Curve.Count)));
        Assert.All(models.Skip(1).SelectMany(model => model.Seeds), seed =>
        {
            Assert.Equal((7L, 7 * 32 / 251.0), (seed.Steps, seed.Epochs));
            Assert.True(seed.TrainingSeconds > 0 && seed.TrainingThroughput > 0);
            Assert.Equal(7, Assert.Single(seed.Curve).Step);
        });
        Assert.NotEqual(models[1].Seeds[0].Errors, models[1].Seeds[1].Errors);
        AssertSamples(samples, comparison.Data);
    }

    [Fact]
    public void TheBestModelsAreTakenTogether()
    {
        var comparison = new ForecastComparison(
            Settings([Small("seasonal-naive"), Small("dlinear"), Small("itransformer")], WaveTable.Training) with { Ensemble = 2 },
            WaveTable.Store, _folder["runs"]);
        var (models, samples) = comparison.Run(new Observer());
        var best = models.SkipLast(1).OrderBy(model => model.Seeds.Min(seed => seed.ErrorOf(ForecastErrors.Ranking))).Take(2).ToArray();
        Assert.Equal("ensemble", models[^1].Id);
        Assert.Equal($"Mean of {best[0].Name}, {best[1].Name}", models[^1].Name);
        Assert.Equal(best.Sum(model => model.Parameters), models[^1].Parameters);
        AssertMeasured(Assert.Single(models[^1].Seeds));
        var forecasts = samples[0].Predictions.ToDictionary(prediction => prediction.ModelId, prediction => prediction.Values);
        Assert.Equal(forecasts[best[0].Id].Zip(forecasts[best[1].Id], (a, b) => (a + b) / 2), forecasts["ensemble"], (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Theory]
    [InlineData("seasonal-naive")]
    [InlineData("dlinear")]
    public void AComparedModelCanBePredictedWith(string id)
    {
        var comparison = Comparison([Small(id)]);
        comparison.Run(new Observer());
        var forecast = ForecastPredictor.Open(Path.Combine(_folder["runs"], $"{id}-2")).Predict(_path);
        Assert.Equal(0.9, forecast.Bounds!.Coverage);
        Assert.All(Enumerable.Range(0, 18), i => Assert.InRange(forecast.Values[i], forecast.Bounds.Lower[i], forecast.Bounds.Upper[i]));
    }

    [Fact]
    public void AModelThatFailsBecomesARowAndTheOthersGoOn()
    {
        var wrong = new ModelSection { Id = "itransformer", Options = RecipeDocument.Parse("{width: 10, heads: 3}", "test").Root };
        var (models, samples) = Comparison([wrong, Small("dlinear")]).Run(new Observer());
        Assert.Equal("The width must be a multiple of the number of heads, found width 10 and 3 heads.", models[0].Failure);
        Assert.Empty(models[0].Seeds);
        Assert.Null(models[0].Parameters);
        Assert.Null(models[1].Failure);
        Assert.All(samples, sample => Assert.Equal(["dlinear"], sample.Predictions.Select(prediction => prediction.ModelId)));
    }

    [Fact]
    public void ATrainingThatDivergesIsAFailure()
    {
        var training = WaveTable.Training with { LearningRate = 1e30, Optimizer = OptimizerKind.Sgd };
        var models = Comparison([Small("dlinear")], training).Run(new Observer()).Models;
        Assert.Equal("No weights came out of the training: the validation of none of its 1 epochs gave a number.", models[0].Failure);
    }

    [Fact]
    public void AccumulatedBatchesAreCountedAsWindows()
    {
        var result = Comparison([Small("dlinear")], WaveTable.Training with { Accumulate = 3 }).Run(new Observer()).Models[0].Seeds[0];
        Assert.Equal((3L, 7 * 32 / 251.0), (result.Steps, result.Epochs));
    }

    [Fact]
    public void ATimeIsSharedAndEndsTheTraining()
    {
        var settings = Settings([Small("dlinear")], WaveTable.Training) with { Budget = Budget.Parse("1s"), Seeds = [1] };
        var result = new ForecastComparison(settings, WaveTable.Store, _folder["runs"]).Run(new Observer()).Models[0];
        Assert.Null(result.Failure);
        Assert.InRange(result.Seeds[0].TrainingSeconds, 0.01, 5);
        Assert.True(result.Seeds[0].Steps >= 1);
    }

    [Fact]
    public void TheSameSeedsGiveTheSameErrors()
    {
        var (first, second) = (Comparison([Small("itransformer")]).Run(new Observer()), Comparison([Small("itransformer")]).Run(new Observer()));
        Assert.Equal(first.Models[0].Seeds.Select(seed => seed.Errors), second.Models[0].Seeds.Select(seed => seed.Errors));
        Assert.Equal(first.Samples[0].Predictions[0].Values, second.Samples[0].Predictions[0].Values);
    }

    [Fact]
    public void ACancelledComparisonGivesWhatWasDone()
    {
        using var cancellation = new CancellationTokenSource();
        var (models, samples) = Comparison([Small("dlinear"), Small("itransformer")]).Run(new Observer(cancellation.Cancel), cancellation.Token);
        Assert.Equal("dlinear", Assert.Single(models).Id);
        Assert.Equal("dlinear", Assert.Single(samples[0].Predictions).ModelId);
    }

    [Fact]
    public void AnUnknownModelIsRefusedBeforeAnyWork() => Assert.StartsWith(
        "The catalog knows no Forecaster 'nonsuch';",
        Assert.Throws<UserException>(() => Comparison([Small("dlinear"), new ModelSection { Id = "nonsuch" }])).Message);

    private static void AssertMeasured(SeedResult result)
    {
        Assert.Equal(ForecastErrors.All.Select(metric => metric.Id).Order(), result.Errors.Keys.Order());
        Assert.All(result.Errors.Values, error => Assert.True(double.IsFinite(error) && error > 0));
        Assert.True(result.LatencyMilliseconds > 0 && result.InferenceThroughput > 0);
        Assert.InRange(result.IntervalCoverage, 0.5, 1);
    }

    private static void AssertSamples(IReadOnlyList<ForecastSample> samples, ForecastData data)
    {
        Assert.Equal(["a", "b", "c"], samples.Select(sample => sample.Variate));
        var start = data.Test.Parts[0].Rows.Start + data.Test.Count / 2;
        foreach (var (variate, sample) in samples.Index())
        {
            Assert.Equal((24, 6, 24, 6), (sample.History.Count, sample.Truth.Count, sample.HistoryTimes.Count, sample.TruthTimes.Count));
            Assert.Equal(data.SeriesInMemory().Row(start)[variate], sample.History[0]);
            Assert.Equal(data.SeriesInMemory().Row(start + 24)[variate], sample.Truth[0]);
            Assert.Equal(data.SeriesInMemory().Times[start + 24].ToString("s"), sample.TruthTimes[0]);
            Assert.Equal(["seasonal-naive", "dlinear", "itransformer"], sample.Predictions.Select(prediction => prediction.ModelId));
            var naive = sample.Predictions[0].Values;
            Assert.All(naive.Zip(sample.History), pair => Assert.Equal(pair.Second, pair.First, 1e-4));
        }
    }

    private ForecastComparison Comparison(ModelSection[] models, TrainingSection? training = null) =>
        new(Settings(models, training ?? WaveTable.Training), WaveTable.Store, _folder["runs"]);

    private ForecastSettings Settings(ModelSection[] models, TrainingSection training) => new()
    {
        Data = WaveTable.Section(_path),
        Models = models,
        Training = training,
        Budget = Budget.Parse("1"),
        Seeds = [1, 2],
    };

    private static ModelSection Small(string id) => new() { Id = id, Options = OptionBinder.Write(WaveTable.Small(id)) };

    private sealed class Observer(Action? onModel = null) : ComparisonObserver
    {
        public List<ModelResult> Models { get; } = [];

        public List<string> Trainings { get; } = [];

        public override TrainingObserver? OnTraining(string model, long seed)
        {
            Trainings.Add($"{model} {seed}");
            return null;
        }

        public override void OnModel(ModelResult result)
        {
            Models.Add(result);
            onModel?.Invoke();
        }
    }
}
