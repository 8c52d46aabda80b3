using Anyformer.Models.Forecasting;
using Anyformer.Tasks.Forecasting;
using Anyformer.Tasks.Forecasting.Losses;
using Anyformer.Tests.Tasks.Forecasting;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.Models.Forecasting;

[Collection(DefaultGenerator.Name)]
public sealed class CrossformerTests
{
    private static readonly CrossformerOptions s_small = new() { SegmentLength = 4, Routers = 2, Width = 8, Heads = 2, FeedForwardWidth = 6 };

    [Theory]
    [InlineData("etth1", 168, 24, 11_301_656)]
    [InlineData("small", 96, 96, 136_072)]
    public void TheSizesArePublished(string preset, int lookback, int horizon, long parameters) =>
        Assert.Equal(parameters, new Crossformer(Forecasts.Shape(lookback, horizon, 7), CrossformerOptions.Presets[preset]).ParameterCount());

    [Fact]
    public void AnOddLookbackStartsWithItsFirstStepAgain()
    {
        using var scope = new TensorScope();
        var (odd, even) = (Model(22, 8, 3, s_small), Model(24, 8, 3, s_small));
        even.Load(odd.StateDict());
        var past = Forecasts.Draw(Forecasts.Shape(22, 8, 3), 2).Past;
        var filled = Functional.Cat([past[.., ..1], past[.., ..1], past], 1);
        Tensors.AssertSame(even.Call(new ForecastInput(filled)), odd.Call(new ForecastInput(past)));
    }

    [Fact]
    public void AnOddHorizonIsCut()
    {
        using var scope = new TensorScope();
        var (odd, even) = (Model(12, 9, 3, s_small), Model(12, 12, 3, s_small));
        even.Load(odd.StateDict());
        var input = Forecasts.Draw(Forecasts.Shape(12, 9, 3), 2);
        Tensors.AssertSame(even.Call(input)[.., ..9], odd.Call(input));
    }

    [Fact]
    public void TheMeanOfTheHistoryMayBeTheBaseline()
    {
        using var scope = new TensorScope();
        var (plain, based) = (Model(10, 6, 3, s_small), Model(10, 6, 3, s_small with { MeanBaseline = true }));
        based.Load(plain.StateDict());
        var input = Forecasts.Draw(Forecasts.Shape(10, 6, 3), 2);
        Tensors.AssertClose(plain.Call(input) + input.Past.Mean([1], keepdim: true), based.Call(input), 1e-6);
    }

    [Fact]
    public void EveryScaleOfTheHistoryTakesPart()
    {
        using var scope = new TensorScope();
        var model = Model(16, 8, 2, s_small);
        var input = Forecasts.Draw(Forecasts.Shape(16, 8, 2), 2);
        var forecast = model.Call(input);
        var weights = model.StateDict();
        Assert.Equal(4, weights.Keys.Count(name => name.EndsWith("head.weight", StringComparison.Ordinal)));
        var heads = Enumerable.Range(0, 4).Select(layer =>
        {
            using var noGrad = Autograd.NoGrad();
            weights[$"decoder.{layer}.head.weight"].MulInPlace(0);
            weights[$"decoder.{layer}.head.bias"].MulInPlace(0);
            var rest = model.Call(input);
            var share = forecast - rest;
            forecast = rest;
            return share.Abs().Max().Item<double>();
        });
        Assert.All(heads, share => Assert.True(share > 1e-3));
        Assert.All(forecast.Numbers(), value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(1, 3, 24)]
    [InlineData(2, 4, 13)]
    [InlineData(3, 3, 22)]
    [InlineData(4, 3, 20)]
    [InlineData(7, 2, 5)]
    public void AnyWindowMergesAnyNumberOfSegments(int window, int layers, int lookback)
    {
        using var scope = new TensorScope();
        var model = Model(lookback, 5, 2, s_small with { Window = window, Layers = layers });
        var forecast = model.Call(Forecasts.Draw(Forecasts.Shape(lookback, 5, 2), 3));
        Assert.Equal([3L, 5, 2], forecast.Shape);
        Assert.All(forecast.Numbers(), value => Assert.True(double.IsFinite(value)));
    }

    [Theory]
    [InlineData(12, 1)]
    [InlineData(12, 4)]
    [InlineData(11, 3)]
    public void OtherSeriesThanItWasBuiltForAreRefused(int steps, int variates)
    {
        using var scope = new TensorScope();
        Assert.False(Model(12, 4, 3, s_small).TakesAnyVariates);
        Assert.Equal(
            $"Crossformer was built for 12 steps of 3 variates, found {steps} steps of {variates}.",
            Assert.Throws<UserException>(() => Model(12, 4, 3, s_small).Call(new ForecastInput(Functional.Ones([1, steps, variates])))).Message);
    }

    [Fact]
    public void TheWidthIsAMultipleOfTheHeads() => Assert.Equal(
        "The width must be a multiple of the number of heads, found width 8 and 3 heads.",
        Assert.Throws<UserException>(() => Model(12, 4, 3, s_small with { Heads = 3 })).Message);

    [Fact]
    public void AFewStepsOfTrainingLowerTheLoss()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        TorchRuntime.ManualSeed(1);
        var data = WaveTable.Load(WaveTable.Write(folder));
        var model = new Crossformer(data.Shape, s_small with { Dropout = 0.1 });
        var job = new ForecastTrainingJob(model, data, new SquaredLoss(), 32, 32, 1, Device.Cpu);
        var optimizer = new Adam(model.Parameters(), new AdamOptions { LearningRate = 3e-3 });
        job.BeginEpoch(0);
        var losses = Enumerable.Range(0, 14).Select(step =>
        {
            optimizer.ZeroGrad();
            var loss = job.Loss(step % job.BatchCount);
            loss.Backward();
            optimizer.Step();
            return loss.Item<double>();
        }).ToArray();
        Assert.True(losses[^3..].Average() < 0.7 * losses[0], string.Join(", ", losses));
    }

    private static Crossformer Model(int lookback, int horizon, int variates, CrossformerOptions options)
    {
        var model = new Crossformer(Forecasts.Shape(lookback, horizon, variates), options);
        model.Eval();
        return model;
    }
}
