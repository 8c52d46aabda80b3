using Anyformer.Models.Forecasting;
using Anyformer.Modules;
using Anyformer.Recipes.Options;
using Anyformer.Recipes.Yaml;
using Anyformer.Tasks.Forecasting;
using Anyformer.Tasks.Forecasting.Losses;
using Anyformer.Tests.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Forecasting.Losses;

public sealed class ForecastLossTests
{
    private static readonly float[] s_targets = [1, 2, -3, 0.5f, 4, -1];

    /// <summary>Forecasts zero everywhere, whatever it sees.</summary>
    private sealed class Zero : Forecaster
    {
        private Parameter Offset { get; } = new(Functional.Zeros([1]));

        protected override Tensor Forward(ForecastInput input) => Offset.Expand([1, 3, 2]);
    }

    [Theory]
    [InlineData("mse", (1 + 4 + 9 + 0.25 + 16 + 1) / 6.0)]
    [InlineData("mae", 11.5 / 6)]
    [InlineData("huber", (0.5 + 1.5 + 2.5 + 0.125 + 3.5 + 0.5) / 6)]
    [InlineData("{kind: huber, delta: 2}", (0.5 + 2 + 4 + 0.125 + 6 + 0.5) / 6)]
    public void TheLossIsTheMeanOverAllValues(string yaml, double expected) =>
        Assert.Equal(expected, Value(yaml, mask: null), 1e-6);

    [Theory]
    [InlineData("mse", (4 + 0.25 + 1) / 3.0)]
    [InlineData("mae", 3.5 / 3)]
    [InlineData("huber", (1.5 + 0.125 + 0.5) / 3)]
    public void UnknownValuesDoNotCount(string yaml, double expected) =>
        Assert.Equal(expected, Value(yaml, [false, true, false, true, false, true]), 1e-6);

    [Fact]
    public void UnknownValuesMayBeAnything()
    {
        using var scope = new TensorScope();
        var model = new Zero();
        var target = Tensor.From([float.NaN, 2, float.NaN, 0.5f, float.NaN, -1], 1, 3, 2);
        var known = Tensor.From([false, true, false, true, false, true], 1, 3, 2);
        var loss = new SquaredLoss().Of(model, new ForecastBatch(new ForecastInput(target), target, known));
        loss.Backward();
        Assert.Equal((4 + 0.25 + 1) / 3.0, loss.Item<double>(), 1e-6);
        Assert.Equal(-2 * (2 + 0.5 - 1) / 3, model.Parameters().Single().Grad!.Item<double>(), 1e-6);
    }

    [Fact]
    public void ABatchOfNothingKnownHasNoLoss() => Assert.Equal(0, Value("mse", new bool[6]));

    [Fact]
    public void QuantilesOfASampleMinimiseThePinballLoss()
    {
        using var scope = new TensorScope();
        var (loss, shape) = (new QuantileLoss { Levels = [0.1, 0.9] }, Forecasts.Shape(4, 3, 2));
        var model = (QuantileForecaster)loss.Prepare(new SeasonalNaive(shape, new SeasonalNaiveOptions()), shape);
        var input = Forecasts.Draw(shape, 1);
        var quantiles = model.Quantiles(input).Numbers();
        var targets = Tensor.From(s_targets, 1, 3, 2);
        double[] levels = [0.1, 0.5, 0.9];
        var expected = Enumerable.Range(0, 18).Average(i =>
        {
            var error = s_targets[i / 3] - quantiles[i];
            return Math.Max(levels[i % 3] * error, (levels[i % 3] - 1) * error);
        });
        Assert.Equal(expected, loss.Of(model, new ForecastBatch(input, targets)).Item<double>(), 1e-5);
    }

    [Theory]
    [InlineData("{kind: quantile, levels: [0.9, 0.1]}", "'' at line 1 of the recipe is wrong: levels is [0.9, 0.1]; expected numbers between 0 and 1 in rising order.")]
    [InlineData("{kind: quantile, levels: [0]}", "'levels' at line 1 of the recipe is 0; expected more than 0 and less than 1.")]
    public void WrongLevelsAreRefused(string yaml, string message) =>
        Assert.Equal(message.Replace("''", "The value"), Assert.Throws<UserException>(() => Loss(yaml)).Message);

    private static double Value(string yaml, bool[]? mask)
    {
        using var scope = new TensorScope();
        var target = Tensor.From(s_targets, 1, 3, 2);
        return Loss(yaml).Of(new Zero(), new ForecastBatch(new ForecastInput(target), target, mask is null ? null : Tensor.From(mask, 1, 3, 2))).Item<double>();
    }

    private static ForecastLoss Loss(string yaml) => OptionBinder.Bind<ForecastLoss>(YamlReader.Read(yaml, "the recipe"));
}
