using Anyformer.Attention;
using Anyformer.Models.Forecasting;
using Anyformer.Positions;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Forecasting;

public sealed class TimeSeriesTransformerTests
{
    private static readonly TimeSeriesTransformerOptions s_small = new() { Width = 8, Heads = 2, FeedForwardWidth = 12, EncoderLayers = 1 };

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(9)]
    public void TheDecoderStartsFromTheLastStepsAndZeros(int label)
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 4, 3, label, marks: 4);
        var (model, input) = (Model(shape, s_small), Forecasts.Draw(shape, 2));
        var start = Functional.Cat([input.Past[.., (9 - label)..], Functional.Zeros([2, 4, 3])], 1);
        var forecast = model.Call(input);
        Assert.Equal([2L, 4, 3], forecast.Shape);
        Tensors.AssertSame(model.Decode(input.Past, input.PastMarks, start, input.FutureMarks), forecast);
    }

    [Fact]
    public void TheDecoderDoesNotLookAhead()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 6, 2);
        var model = Model(shape, s_small);
        var (past, start) = (Tensors.Normal(1, 1, 9, 2), Tensors.Normal(2, 1, 6, 2));
        var before = model.Decode(past, null, start, null);
        start[0, 4] = Tensor.From(9f);
        var after = model.Decode(past, null, start, null);
        // The embedding's convolution reaches one step ahead, and around the ends.
        Tensors.AssertClose(before[.., 1..3], after[.., 1..3], 1e-6);
        Assert.NotEqual(before[0, 4].Numbers(), after[0, 4].Numbers());
    }

    [Theory]
    [InlineData(CalendarKind.Continuous, false, 4)]
    [InlineData(CalendarKind.Continuous, false, 1)]
    [InlineData(CalendarKind.Fixed, true, 4)]
    [InlineData(CalendarKind.Fixed, true, 5)]
    [InlineData(CalendarKind.Learned, true, 5)]
    public void EveryCalendarIsRead(CalendarKind calendar, bool integer, int marks)
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 4, 2, label: 3, marks, integer);
        var (model, input) = (Model(shape, s_small with { Calendar = calendar }), Forecasts.Draw(shape, 2));
        var forecast = model.Call(input);
        Assert.Equal([2L, 4, 2], forecast.Shape);
        var later = model.Call(input with { FutureMarks = input.FutureMarks!.Flip([1]) });
        Assert.NotEqual(forecast.Numbers(), later.Numbers());
    }

    [Fact]
    public void TablesAreTrainedOnlyWhenLearned()
    {
        var shape = Forecasts.Shape(9, 4, 2, label: 3, marks: 5, integer: true);
        var (learned, waves) = (Model(shape, s_small with { Calendar = CalendarKind.Learned }),
            Model(shape, s_small with { Calendar = CalendarKind.Fixed }));
        const int entries = 13 + 32 + 7 + 24 + 4;
        Assert.Equal(2 * entries * s_small.Width, learned.ParameterCount() - waves.ParameterCount());
        Assert.Equal(learned.StateDict().Keys.Order(), waves.StateDict().Keys.Order());
        Tensors.AssertSame(Sinusoids.Interleaved(24, s_small.Width), waves.StateDict()["encoder_embedding.calendar.hour.weight"]);
    }

    [Fact]
    public void FewerVariatesMayComeOut()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 4, 5);
        Assert.Equal([2L, 4, 1], Model(shape, s_small with { OutputVariates = 1 }).Call(Forecasts.Draw(shape, 2)).Shape);
    }

    [Fact]
    public void TheDecoderMayReadFewerVariates()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 4, 5, label: 3);
        var (model, input) = (Model(shape, s_small with { DecoderVariates = 2 }), Forecasts.Draw(shape, 2));
        var start = Functional.Cat([input.Past[.., 6.., 3..], Functional.Zeros([2, 4, 2])], 1);
        Tensors.AssertSame(model.Decode(input.Past, null, start, null), model.Call(input));
    }

    [Theory]
    [InlineData("prob-sparse")]
    [InlineData("flow")]
    public void OtherSelfAttentionFits(string id)
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 12, 2, label: 4);
        var model = Model(shape, s_small with { Attention = Part<TokenMixer>.Of(id) });
        Assert.Equal([3L, 12, 2], model.Call(Forecasts.Draw(shape, 3)).Shape);
    }

    [Theory]
    [InlineData(CalendarKind.Continuous, true, 4, "The calendar 'continuous' does not read integer marks.")]
    [InlineData(CalendarKind.Fixed, false, 4, "The calendar 'fixed' does not read fractional marks.")]
    [InlineData(CalendarKind.Learned, false, 4, "The calendar 'learned' does not read fractional marks.")]
    [InlineData(CalendarKind.Learned, true, 6, "Integer calendar marks are month, day, weekday, hour and perhaps quarter: 4 or 5, found 6.")]
    [InlineData(CalendarKind.Fixed, false, 0, "Integer calendar marks are month, day, weekday, hour and perhaps quarter: 4 or 5, found 0.")]
    public void ACalendarThatDoesNotFitIsRefused(CalendarKind calendar, bool integer, int marks, string message) => Assert.Equal(
        message,
        Assert.Throws<UserException>(() => Model(Forecasts.Shape(9, 4, 2, marks: marks, integer: integer),
            s_small with { Calendar = calendar })).Message);

    [Fact]
    public void OtherMistakesAreNamed()
    {
        Assert.Equal("The label length must not exceed the lookback of 9 steps, found 10.",
            Assert.Throws<UserException>(() => Model(Forecasts.Shape(9, 4, 2, label: 10), s_small)).Message);
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(5001, 1, 1);
        Assert.Equal("The step embedding takes at most 5000 steps, found 5001.",
            Assert.Throws<UserException>(() => Model(shape, s_small).Call(Forecasts.Draw(shape, 1))).Message);
    }

    private static TimeSeriesTransformer Model(ForecastShape shape, TimeSeriesTransformerOptions options)
    {
        var model = new TimeSeriesTransformer(shape, options);
        model.Eval();
        return model;
    }
}
