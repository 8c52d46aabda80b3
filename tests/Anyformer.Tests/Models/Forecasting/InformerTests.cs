using Anyformer.Attention;
using Anyformer.Attention.Prototypes;
using Anyformer.Models.Forecasting;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Models.Forecasting;

[Collection(DefaultGenerator.Name)]
public sealed class InformerTests
{
    private static readonly InformerOptions s_small = new() { Width = 8, Heads = 2, FeedForwardWidth = 12 };

    [Theory]
    [InlineData("etth1", 11_330_055)]
    [InlineData("small", 133_831)]
    public void TheSizesArePublished(string preset, long parameters) => Assert.Equal(
        parameters, new Informer(Forecasts.Shape(96, 48, 7, label: 48, marks: 4), InformerOptions.Presets[preset]).ParameterCount());

    [Fact]
    public void TheDecoderStartsFromTheLastStepsAndZeros()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 4, 3, label: 5, marks: 4);
        var (model, input) = (Model(shape, s_small), Forecasts.Draw(shape, 2));
        var start = Functional.Cat([input.Past[.., 4..], Functional.Zeros([2, 4, 3])], 1);
        Tensors.AssertSame(
            Seeded(() => model.Decode(input.Past, input.PastMarks, start, input.FutureMarks)), Seeded(() => model.Call(input)));
    }

    [Fact]
    public void EveryDistillingLayerHalvesWhatTheNextBlockDrawsFor()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(21, 4, 3, label: 5);
        var model = Model(shape, s_small with { Stacks = [3], Attention = Sparse(1) });
        // Of n steps, each query samples ln(n) keys, rounded up: 21, 11 and 6 steps, and the decoder's 9.
        using var draws = new RandomDraws(Zeros(21, 4), Zeros(11, 3), Zeros(6, 2), Zeros(9, 3));
        Assert.Equal([2L, 4, 3], model.Call(Forecasts.Draw(shape, 2)).Shape);
        Assert.Equal(0, draws.Remaining);
    }

    [Fact]
    public void WithoutDistillingTheStepsStay()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(21, 4, 3, label: 5);
        using var draws = new RandomDraws(Zeros(21, 4), Zeros(21, 4), Zeros(9, 3));
        Model(shape, s_small with { Distil = false, Attention = Sparse(1) }).Call(Forecasts.Draw(shape, 2));
        Assert.Equal(0, draws.Remaining);
    }

    [Fact]
    public void EncodersOfAStackReadHalves()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(21, 4, 3, label: 5);
        var model = Model(shape, s_small with { Stacks = [2, 1, 1], Attention = Sparse(1) });
        using var draws = new RandomDraws(Zeros(21, 4), Zeros(11, 3), Zeros(10, 3), Zeros(5, 2), Zeros(9, 3));
        model.Call(Forecasts.Draw(shape, 2));
        Assert.Equal(0, draws.Remaining);
    }

    [Fact]
    public void MixedHeadsFollowOneAnotherInTime()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 4, 2, label: 3);
        var softmax = s_small with { Attention = Part<AttentionFunction>.Of("softmax") };
        var (mixed, plain) = (Model(shape, softmax), Model(shape, softmax with { MixHeads = false }));
        plain.Load(mixed.StateDict());
        var input = Forecasts.Draw(shape, 2);
        Assert.NotEqual(mixed.Call(input).Numbers(), plain.Call(input).Numbers());
        // A single head has nothing to be mixed with.
        var (one, other) = (Model(shape, softmax with { Heads = 1 }), Model(shape, softmax with { Heads = 1, MixHeads = false }));
        other.Load(one.StateDict());
        Tensors.AssertSame(one.Call(input), other.Call(input));
    }

    [Fact]
    public void TheDecoderMayReadFewerVariates()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 4, 5, label: 3);
        var model = Model(shape, s_small with { DecoderVariates = 2, OutputVariates = 1 });
        var input = Forecasts.Draw(shape, 2);
        var start = Functional.Cat([input.Past[.., 6.., 3..], Functional.Zeros([2, 4, 2])], 1);
        var forecast = Seeded(() => model.Call(input));
        Assert.Equal([2L, 4, 1], forecast.Shape);
        Tensors.AssertSame(Seeded(() => model.Decode(input.Past, null, start, null)), forecast);
        Assert.Equal("The decoder cannot read 6 variates of a history of 5.",
            Assert.Throws<UserException>(() => Model(shape, s_small with { DecoderVariates = 6 }).Call(input)).Message);
    }

    [Theory]
    [InlineData(CalendarKind.Continuous, false, 4, 8 * 4 + 8)]
    [InlineData(CalendarKind.Fixed, true, 4, 0)]
    [InlineData(CalendarKind.Learned, true, 5, 8 * (13 + 32 + 7 + 24 + 4))]
    public void EveryCalendarIsRead(CalendarKind calendar, bool integer, int marks, int parameters)
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 4, 2, label: 3, marks, integer);
        var (model, input) = (Model(shape, s_small with { Calendar = calendar }), Forecasts.Draw(shape, 2));
        var without = Model(shape with { Marks = 0 }, s_small);
        Assert.Equal(2 * parameters, model.ParameterCount() - without.ParameterCount());
        Assert.NotEqual(Seeded(() => model.Call(input)).Numbers(),
            Seeded(() => model.Call(input with { FutureMarks = input.FutureMarks!.Flip([1]) })).Numbers());
    }

    [Fact]
    public void AStackNeedsStepsToHalve()
    {
        string Message(params int[] stacks) =>
            Assert.Throws<UserException>(() => new Informer(Forecasts.Shape(3, 2, 1), s_small with { Stacks = new(stacks) })).Message;
        Assert.Equal("The encoders of a stack read halves of a lookback of 3 steps, and each needs a step; found 3 encoders.", Message(1, 1, 1));
        Assert.Equal("The encoders of a stack read halves of a lookback of 3 steps, and each needs a step; found 0 encoders.", Message());
    }

    [Fact]
    public void ADistillingLayerTakesTheLargestOfNormalisedFeatures() => Property.Holds(Gen.Choose(1, 12), steps =>
    {
        using var scope = new TensorScope();
        const int width = 3;
        var layer = new DistillingLayer(width);
        var input = Tensors.Normal64(1, 2, steps, width);
        layer.To(DType.Float64);
        var convolution = new CircularConv1d(width, width);
        convolution.To(DType.Float64);
        convolution.Load(layer.StateDict().Where(item => item.Key.StartsWith("convolution.", StringComparison.Ordinal))
            .ToDictionary(item => item.Key["convolution.".Length..], item => item.Value));
        var features = convolution.Call(input);
        var normalised = (features - features.Mean([0, 1])) / (features.Var([0, 1], correction: 0) + 1e-5).Sqrt();
        var activated = normalised.Elu();
        Tensor Largest(int i) => activated[.., Math.Max(0, 2 * i - 1)..Math.Min(steps, 2 * i + 2)].Amax([1]);
        Tensors.AssertClose(Functional.Stack([.. Enumerable.Range(0, (steps + 1) / 2).Select(Largest)], 1), layer.Call(input), 1e-9);
    }, runs: 12);

    [Fact]
    public void DistillingMovesTheRunningStatisticsOnlyInTraining()
    {
        using var scope = new TensorScope();
        var layer = new DistillingLayer(3);
        var input = Tensors.Normal(1, 2, 5, 3);
        layer.Call(input);
        var moved = layer.StateDict()["norm.running_mean"].Clone();
        Assert.NotEqual([0, 0, 0], moved.Numbers());
        layer.Eval();
        layer.Call(input);
        Tensors.AssertSame(moved, layer.StateDict()["norm.running_mean"]);
    }

    private static Part<AttentionFunction> Sparse(int factor) =>
        Part<AttentionFunction>.Of("prob-sparse", new ProbSparseAttentionOptions { Factor = factor });

    private static Tensor Zeros(int queries, int sampled) => Functional.Zeros([queries, sampled], DType.Int64);

    private static Tensor Seeded(Func<Tensor> call)
    {
        TorchRuntime.ManualSeed(1);
        return call();
    }

    private static Informer Model(ForecastShape shape, InformerOptions options)
    {
        var model = new Informer(shape, options);
        model.Eval();
        return model;
    }
}
