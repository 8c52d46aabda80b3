using Anyformer.Attention;
using Anyformer.Models.Forecasting;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Forecasting;

public sealed class AutoformerForecasterTests
{
    private static readonly AutoformerOptions s_small = new()
    {
        Width = 8,
        Heads = 2,
        FeedForwardWidth = 12,
        EncoderLayers = 1,
        MovingAverage = 5,
    };

    [Theory]
    [InlineData("ett", 10_535_943)]
    [InlineData("small", 120_967)]
    public void TheSizesArePublished(string preset, long parameters)
    {
        var shape = Forecasts.Shape(96, 96, 7, label: 48, marks: 4);
        Assert.Equal(parameters, new AutoformerForecaster(shape, AutoformerOptions.Presets[preset]).ParameterCount());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(9)]
    public void WithoutSeasonAndWithoutTrendsTheForecastIsTheMean(int label)
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 4, 3, label);
        var (model, input) = (Model(shape, s_small), Forecasts.Draw(shape, 2));
        foreach (var (name, weight) in model.StateDict())
            if (name.StartsWith("head.", StringComparison.Ordinal) || name.Contains(".trend.", StringComparison.Ordinal))
                weight.Detach().FillInPlace(0);
        Tensors.AssertClose(input.Past.Mean([1], keepdim: true).Expand([2, 4, 3]), model.Call(input), 1e-6);
    }

    [Fact]
    public void TheBiasOfTheSeasonsNormHasNoEffect()
    {
        using var scope = new TensorScope();
        var norm = new SeasonNorm(4);
        var tokens = Tensors.Normal(1, 2, 5, 4);
        var before = norm.Call(tokens);
        Tensors.AssertClose(Functional.Zeros([2, 4]), before.Mean([1]), 1e-6);
        var normalised = new LayerNorm(4).Call(tokens);
        Tensors.AssertClose(normalised - normalised.Mean([1], keepdim: true), before, 1e-6);
        norm.StateDict()["layer.bias"].Detach().FillInPlace(3);
        Tensors.AssertClose(before, norm.Call(tokens), 1e-5);
    }

    [Fact]
    public void TheSeasonWiringTakesTheTrendAway()
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal(1, 2, 9, 4);
        var output = new SeasonWiring(5).Call(tokens, x => x.Sin());
        Tensors.AssertSame(new SeriesDecomposition(5).Split(tokens + tokens.Sin()).Season, output);
    }

    [Fact]
    public void AStraightLineHasATrendOnly()
    {
        using var scope = new TensorScope();
        var line = Functional.Arange(20, dtype: DType.Float32).View([1, 20, 1]);
        var season = new SeriesDecomposition(5).Split(line).Season.Numbers();
        Assert.All(season[2..^2], value => Assert.Equal(0, value, 1e-6));
    }

    [Theory]
    [InlineData("prob-sparse")]
    [InlineData("softmax")]
    [InlineData("flow")]
    public void OtherAttentionFits(string id)
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 12, 2, label: 4);
        var model = Model(shape, s_small with { Attention = Part<AttentionFunction>.Of(id) });
        Assert.Equal([3L, 12, 2], model.Call(Forecasts.Draw(shape, 3)).Shape);
    }

    [Theory]
    [InlineData(CalendarKind.Continuous, false, 4)]
    [InlineData(CalendarKind.Fixed, true, 4)]
    [InlineData(CalendarKind.Learned, true, 5)]
    public void EveryCalendarIsRead(CalendarKind calendar, bool integer, int marks)
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 4, 2, label: 3, marks, integer);
        var (model, input) = (Model(shape, s_small with { Calendar = calendar }), Forecasts.Draw(shape, 2));
        Assert.NotEqual(model.Call(input).Numbers(), model.Call(input with { FutureMarks = input.FutureMarks!.Flip([1]) }).Numbers());
    }

    [Fact]
    public void GradientsInTrainingAreSlopes()
    {
        var shape = Forecasts.Shape(7, 4, 2, label: 3, marks: 4);
        var model = new AutoformerForecaster(shape, s_small with { Dropout = 0 });
        model.To(DType.Float64);
        var drawn = Forecasts.Draw(shape, 3);
        var input = new ForecastInput(Tensors.Normal64(5, 3, 7, 2), drawn.PastMarks!.To(DType.Float64), drawn.FutureMarks!.To(DType.Float64));
        input.Past.RequiresGrad = true;
        FiniteDifferences.AssertGradients([input.Past, .. model.Parameters()], () => model.Call(input).Square().Sum(), 1e-6);
    }

    [Fact]
    public void MistakesAreNamed()
    {
        Assert.Equal("The label length must not exceed the lookback of 9 steps, found 10.",
            Assert.Throws<UserException>(() => Model(Forecasts.Shape(9, 4, 2, label: 10), s_small)).Message);
        Assert.Equal("The window of a moving average must be an odd number of steps, found 24.",
            Assert.Throws<UserException>(() => Model(Forecasts.Shape(9, 4, 2), s_small with { MovingAverage = 24 })).Message);
    }

    private static AutoformerForecaster Model(ForecastShape shape, AutoformerOptions options)
    {
        var model = new AutoformerForecaster(shape, options);
        model.Eval();
        return model;
    }
}
