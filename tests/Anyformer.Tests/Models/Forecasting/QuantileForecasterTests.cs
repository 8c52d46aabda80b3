using Anyformer.Models.Forecasting;
using Anyformer.Tasks.Forecasting;
using Anyformer.Tasks.Forecasting.Losses;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.Models.Forecasting;

[Collection(DefaultGenerator.Name)]
public sealed class QuantileForecasterTests
{
    private static readonly ForecastShape s_shape = Forecasts.Shape(8, 3, 2);

    [Fact]
    public void QuantilesRiseAroundTheModelsOwnForecast()
    {
        using var scope = new TensorScope();
        var model = Model([0.1, 0.4, 0.8]);
        Assert.Equal([0.1, 0.4, 0.5, 0.8], model.Levels);
        foreach (var parameter in model.Parameters())
            parameter.SetData(Functional.Randn(parameter.Shape));
        var input = Forecasts.Draw(s_shape, 5);
        var quantiles = model.Quantiles(input);
        Assert.Equal([5, 3, 2, 4], quantiles.Shape);
        Tensors.AssertSame(model.Call(input), quantiles[.., .., .., 2]);
        Assert.All((quantiles[.., .., .., 1..] - quantiles[.., .., .., ..^1]).Numbers(), distance => Assert.True(distance > 0));
    }

    [Fact]
    public void DistancesAreInUnitsOfTheHistory()
    {
        using var scope = new TensorScope();
        var model = new QuantileForecaster(new SeasonalNaive(s_shape, new SeasonalNaiveOptions()), s_shape, [0.1, 0.9]);
        var input = Forecasts.Draw(s_shape, 2);
        var scaled = model.Quantiles(new ForecastInput(input.Past * 20 + 3));
        Tensors.AssertClose(model.Quantiles(input) * 20 + 3, scaled, 1e-3);
    }

    [Fact]
    public void TrainingFindsTheQuantilesOfNoise()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(4);
        var model = Model([0.1, 0.9]);
        var loss = new QuantileLoss { Levels = [0.1, 0.9] };
        var optimizer = new Adam(model.Parameters(), new AdamOptions { LearningRate = 0.02 });
        for (var step = 0; step < 300; step++)
        {
            using var inner = new TensorScope();
            optimizer.ZeroGrad();
            loss.Of(model, Noise()).Backward();
            optimizer.Step();
        }

        var batch = Noise(4000);
        var quantiles = model.Quantiles(batch.Input);
        double Below(int level) => (batch.Target < quantiles[.., .., .., level]).To(DType.Float32).Mean().Item<double>();
        Assert.Equal(0.1, Below(0), 0.03);
        Assert.Equal(0.5, Below(1), 0.05);
        Assert.Equal(0.9, Below(2), 0.03);
    }

    /// <summary>Series of nothing but noise.</summary>
    private static ForecastBatch Noise(int windows = 256) =>
        new(new ForecastInput(Functional.Randn([windows, 8, 2])), Functional.Randn([windows, 3, 2]));

    private static QuantileForecaster Model(double[] levels) => new(new DLinear(s_shape, new DLinearOptions()), s_shape, levels);
}
