using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Tasks.Forecasting;
using Anyformer.Tasks.Forecasting.Losses;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Forecasting;

public sealed class ForecastTrainingJobTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ForecastData _data;

    public ForecastTrainingJobTests() => _data = WaveTable.Load(WaveTable.Write(_folder));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(32, 32, 7)]
    [InlineData(1000, 251, 1)]
    [InlineData(1, 1, 251)]
    public void AShortLastBatchIsDropped(int asked, int batchSize, int batches)
    {
        Assert.Equal(251, _data.Train.Count);
        var job = Job(new DLinear(_data.Shape, new DLinearOptions()), asked);
        Assert.Equal((batchSize, batches), (job.BatchSize, job.BatchCount));
    }

    [Fact]
    public void TheOrderDependsOnSeedAndEpochAlone()
    {
        var model = new DLinear(_data.Shape, new DLinearOptions());
        var (first, second, other) = (Job(model, seed: 3), Job(model, seed: 3), Job(model, seed: 4));
        double Loss(ForecastTrainingJob job, int epoch)
        {
            using var scope = new TensorScope();
            job.BeginEpoch(epoch);
            return job.Loss(2).Item<double>();
        }

        Loss(second, 5);
        Assert.Equal(Loss(first, 1), Loss(second, 1));
        Assert.NotEqual(Loss(first, 0), Loss(first, 1));
        Assert.NotEqual(Loss(first, 0), Loss(other, 0));
    }

    [Fact]
    public void TheLossIsTheMeanSquaredErrorOfTheShuffledWindows()
    {
        using var scope = new TensorScope();
        var model = new SeasonalNaive(_data.Shape, new SeasonalNaiveOptions());
        var job = Job(model, batchSize: 251);
        job.BeginEpoch(0);
        var all = new ForecastEvaluator(_data, _data.Train, 50, Device.Cpu).Evaluate(model);
        Assert.Equal(all.Overall.MeanSquaredError, job.Loss(0).Item<double>(), 1e-6);
        var validation = new ForecastEvaluator(_data, _data.Validation, 50, Device.Cpu).Evaluate(model).Overall;
        Assert.Equal(validation.MeanSquaredError, job.Validate()["loss"], 1e-12);
        Assert.Equal(validation.MeanAbsoluteError, job.Validate()["mae"], 1e-12);
    }

    [Fact]
    public void MissingTargetsHaveNoLoss()
    {
        using var scope = new TensorScope();
        File.WriteAllLines(_folder["holes.csv"], File.ReadLines(_folder["waves.csv"]).Select((line, i) => i % 7 == 3 ? line.Split(',')[0] + ",,1,2" : line));
        var data = WaveTable.Load(_folder["holes.csv"], section => section with { Fill = FillPolicy.Mask });
        var model = new SeasonalNaive(data.Shape, new SeasonalNaiveOptions());
        var job = new ForecastTrainingJob(model, data, new SquaredLoss(), data.Train.Count, 32, 1, Device.Cpu);
        job.BeginEpoch(0);
        var scores = new ForecastEvaluator(data, data.Train, 50, Device.Cpu).Evaluate(model);
        Assert.Equal(scores.Overall.MeanSquaredError, job.Loss(0).Item<double>(), 1e-6);
        Assert.True(scores.ByVariate[0].Points < scores.ByVariate[1].Points);
    }

    [Fact]
    public void AModelOfFewerVariatesIsRefused()
    {
        var options = (TimeSeriesTransformerOptions)WaveTable.Small("ts-transformer") with { OutputVariates = 1 };
        var job = Job(new TimeSeriesTransformer(_data.Shape, options));
        job.BeginEpoch(0);
        Assert.Equal("The model forecasts 1 variates, expected all 3 of the data.", Assert.Throws<UserException>(() => job.Loss(0)).Message);
    }

    [Fact]
    public void TheMetadataTellsOfTheData()
    {
        var metadata = ForecastMetadata.FromTexts(Job(new DLinear(_data.Shape, new DLinearOptions())).Metadata, "x");
        Assert.Equal(["a", "b", "c"], metadata.Variates);
        Assert.Equal(_data.Series[0].Scaler.Mean, metadata.Mean);
        Assert.Equal(_data.Series[0].Scaler.Deviation, metadata.Deviation);
        Assert.Equal(("h", _data.Shape), (metadata.Frequency, metadata.Shape));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Variates":["a"],"Mean":[0],"Deviation":[0],"Frequency":"h","Shape":{"Lookback":4,"Horizon":2,"LabelLength":0,"Variates":1,"Marks":0,"Season":1,"IntegerMarks":false}}""")]
    [InlineData("""{"Variates":["a"],"Mean":[0,1],"Deviation":[1],"Frequency":"h","Shape":{"Lookback":4,"Horizon":2,"LabelLength":0,"Variates":1,"Marks":0,"Season":1,"IntegerMarks":false}}""")]
    [InlineData("""{"Variates":["a"],"Mean":[0],"Deviation":[1],"Frequency":"h","Shape":{"Lookback":0,"Horizon":2,"LabelLength":0,"Variates":1,"Marks":0,"Season":1,"IntegerMarks":false}}""")]
    [InlineData("""{"Variates":["a"],"Mean":[0],"Deviation":[1],"Frequency":"h","Shape":{"Lookback":4,"Horizon":2,"LabelLength":0,"Variates":2,"Marks":0,"Season":1,"IntegerMarks":false}}""")]
    [InlineData("""{"Variates":null,"Mean":[0],"Deviation":[1],"Frequency":null,"Shape":null}""")]
    public void MetadataThatDoesNotFitTogetherIsRefused(string text) => Assert.Equal(
        $"The checkpoint x says of its data what does not fit together: {text}", Refusal("forecast", text));

    [Fact]
    public void OtherMetadataIsRefused()
    {
        Assert.Equal("The checkpoint x is none of a forecaster: its metadata has no entry 'forecast'.", Refusal("task", "{}"));
        Assert.StartsWith("The checkpoint x says of its data what cannot be read: ", Refusal("forecast", "{\"Mean\": 3}"));
    }

    private static string Refusal(string key, string text) => Assert.Throws<UserException>(
        () => ForecastMetadata.FromTexts(new Dictionary<string, string> { [key] = text }, "x")).Message;

    private ForecastTrainingJob Job(Forecaster model, int batchSize = 32, long seed = 1) => new(model, _data, new SquaredLoss(), batchSize, 32, seed, Device.Cpu);
}
