using Anyformer.Models.Forecasting;
using Anyformer.Tasks.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Forecasting;

public sealed class ForecastEvaluatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ForecastData _data;

    public ForecastEvaluatorTests() => _data = WaveTable.Load(WaveTable.Write(_folder));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, false, 75)]
    [InlineData(10, false, 75)]
    [InlineData(10, true, 70)]
    [InlineData(25, true, 75)]
    [InlineData(100, true, 75)]
    public void EveryWindowCountsUnlessTheLastBatchIsShort(int batchSize, bool dropLast, int windows)
    {
        Assert.Equal(75, _data.Test.Count);
        var report = new ForecastEvaluator(_data, _data.Test, batchSize, Device.Cpu) { DropLast = dropLast }.Evaluate(Naive());
        Assert.Equal(windows * 6 * 3, report.Overall.Points);
        Assert.Equal(MeanSquaredError(windows), report.Overall.MeanSquaredError, 1e-9);
        Assert.Equal(3, report.ByVariate.Length);
    }

    [Fact]
    public void TheModelIsLeftAsItWas()
    {
        var model = new ITransformer(_data.Shape, (ITransformerOptions)WaveTable.Small("itransformer") with { Dropout = 0.9 });
        var evaluator = new ForecastEvaluator(_data, _data.Test, 16, Device.Cpu);
        Assert.Equal(evaluator.Forecast(model, [0, 5]), evaluator.Forecast(model, [0, 5]));
        Assert.True(model.IsTraining);
        model.Eval();
        evaluator.Evaluate(model);
        Assert.False(model.IsTraining);
        Assert.All(model.Parameters(), parameter => Assert.True(parameter.RequiresGrad && parameter.Grad is null));
    }

    [Fact]
    public void SpeedIsMeasuredOnWindowsAloneAndTogether()
    {
        var speed = new ForecastEvaluator(_data, _data.Test, 32, Device.Cpu).MeasureSpeed(Naive());
        Assert.True(speed.LatencyMilliseconds > 0);
        Assert.True(speed.Throughput > 0);
    }

    private SeasonalNaive Naive() => new(_data.Shape, new SeasonalNaiveOptions());

    /// <summary>Of repeating the row a day before, over the first windows of the test part.</summary>
    private double MeanSquaredError(int windows)
    {
        var values = _data.Values();
        var errors =
            from window in Enumerable.Range(0, windows)
            from step in Enumerable.Range(0, 6)
            from variate in Enumerable.Range(0, 3)
            let place = (_data.Test.Parts[0].Rows.Start + window + 24 + step) * 3 + variate
            select Math.Pow((double)values[place] - values[place - 24 * 3], 2);
        return errors.Average();
    }
}
