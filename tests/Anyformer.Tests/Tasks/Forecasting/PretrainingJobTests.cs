using Anyformer.Models.Forecasting;
using Anyformer.Tasks.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Forecasting;

[Collection(DefaultGenerator.Name)]
public sealed class PretrainingJobTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ForecastData _data;
    private readonly SeriesPretraining _model;

    public PretrainingJobTests()
    {
        _data = WaveTable.Load(WaveTable.Write(_folder));
        var options = new PatchTstOptions { PatchLength = 4, Stride = 4, Width = 4, Heads = 1, FeedForwardWidth = 4 };
        _model = new PatchTst(_data.Shape, options).Pretraining(0.4);
        _model.Eval();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ValidationRepeatsAndLeavesTheGeneratorAlone()
    {
        using var scope = new TensorScope();
        var job = Job();
        TorchRuntime.ManualSeed(3);
        var expected = Functional.Rand([4]).Numbers();
        TorchRuntime.ManualSeed(3);
        var loss = job.Validate()["loss"];
        Assert.Equal(expected, Functional.Rand([4]).Numbers());
        Assert.Equal(loss, job.Validate()["loss"]);
    }

    [Fact]
    public void ValidationIsTheMeanOverAllWindows()
    {
        using var scope = new TensorScope();
        var windows = _data.Validation;
        var past = ForecastBatch.Of(windows, [.. Enumerable.Range(0, windows.Count)], Device.Cpu).Input.Past;
        TorchRuntime.ManualSeed(1);
        var expected = _model.Loss(past).Item<double>();
        Assert.Equal(expected, Job(batchSize: windows.Count, seed: 1).Validate()["loss"], 1e-9);
    }

    [Fact]
    public void TrainingHidesOtherPartsEveryTime()
    {
        using var scope = new TensorScope();
        var job = Job(batchSize: 1000);
        job.BeginEpoch(0);
        Assert.Equal((251, 1), (job.BatchSize, job.BatchCount));
        Assert.NotEqual(job.Loss(0).Item<double>(), job.Loss(0).Item<double>());
    }

    private PretrainingJob Job(int batchSize = 8, long seed = 2) => new(_model, _data, batchSize, seed, Device.Cpu);
}
