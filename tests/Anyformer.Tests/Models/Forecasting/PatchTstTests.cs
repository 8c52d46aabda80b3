using Anyformer.Attention;
using Anyformer.Models.Forecasting;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Forecasting;

public sealed class PatchTstTests
{
    private static readonly PatchTstOptions s_small = new() { PatchLength = 4, Stride = 2, Width = 8, Heads = 2, FeedForwardWidth = 6, Layers = 2 };

    private static readonly ForecastShape s_shape = Forecasts.Shape(12, 5, 3);

    public static TheoryData<PatchTstOptions> Variants =>
    [
        s_small with { PreNorm = true, Norm = PatchTstNorm.Layer, Activation = "relu", ResidualAttention = false },
        s_small with { Individual = true, AffineWindowNorm = true, WindowCentre = WindowCentre.Last, PatchFit = PatchFit.DropLast },
        s_small with { Decomposition = 5, KeyWidth = 3, ValueWidth = 5, PreNorm = true },
        s_small with { WindowNorm = false, PatchFit = PatchFit.DropFirst, Stride = 3 },
    ];

    [Theory]
    [InlineData("etth1", 336, 96, 7, 81_728)]
    [InlineData("etth2", 512, 96, 7, 115_872)]
    [InlineData("ettm", 336, 96, 7, 921_184)]
    [InlineData("weather", 336, 720, 21, 4_276_432)]
    [InlineData("illness", 104, 24, 7, 33_400)]
    public void TheSizesArePublished(string preset, int lookback, int horizon, int variates, long parameters) => Assert.Equal(
        parameters, new PatchTst(Forecasts.Shape(lookback, horizon, variates), PatchTstOptions.Presets[preset]).ParameterCount());

    [Fact]
    public void HeadsNormsAndTrendsAddTheirWeights()
    {
        long Count(PatchTstOptions options) => new PatchTst(Forecasts.Shape(336, 96, 7), options).ParameterCount();
        Assert.Equal(469_376, Count(new PatchTstOptions { Individual = true }));
        Assert.Equal(81_742, Count(new PatchTstOptions { AffineWindowNorm = true }));
        Assert.Equal(163_456, Count(new PatchTstOptions { Decomposition = 25 }));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void VariatesDoNotSeeEachOther(PatchTstOptions options)
    {
        using var scope = new TensorScope();
        var (model, input) = (Model(options), Forecasts.Draw(s_shape, 2));
        var before = model.Call(input);
        input.Past[.., .., 1].MulInPlace(3).AddInPlace(1);
        var after = model.Call(input);
        Tensors.AssertSame(before[.., .., 0], after[.., .., 0]);
        Tensors.AssertSame(before[.., .., 2], after[.., .., 2]);
        Assert.NotEqual(before[.., .., 1].Numbers(), after[.., .., 1].Numbers());
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void GradientsAreSlopes(PatchTstOptions options)
    {
        var model = Model(options);
        model.To(DType.Float64);
        var past = Tensors.Normal64(3, 2, 12, 3);
        FiniteDifferences.AssertGradients(model.Parameters(), () => model.Call(new ForecastInput(past)).Square().Sum(), 1e-6);
    }

    [Fact]
    public void WindowNormCarriesScaleAndOffsetOver()
    {
        using var scope = new TensorScope();
        var (model, input) = (Model(s_small), Forecasts.Draw(s_shape, 2));
        Tensors.AssertClose(model.Call(input) * 50 + 7, model.Call(new ForecastInput(input.Past * 50 + 7)), 1e-3);
    }

    [Fact]
    public void SeasonAndTrendAddUp()
    {
        using var scope = new TensorScope();
        var (model, season, trend) = (Model(s_small with { Decomposition = 5 }), Model(s_small), Model(s_small));
        var state = model.StateDict();
        season.Load(state.Where(item => !item.Key.StartsWith("trend.", StringComparison.Ordinal)).ToDictionary());
        trend.Load(state.Where(item => item.Key.StartsWith("trend.", StringComparison.Ordinal)).ToDictionary(item => item.Key["trend.".Length..], item => item.Value));
        var input = Forecasts.Draw(s_shape, 2);
        var parts = new SeriesDecomposition(5).Split(input.Past);
        Tensors.AssertClose(season.Call(new ForecastInput(parts.Season)) + trend.Call(new ForecastInput(parts.Trend)), model.Call(input), 1e-6);
    }

    [Theory]
    [InlineData(false, false, true, true)]
    [InlineData(true, false, true, false)]
    [InlineData(false, true, true, false)]
    [InlineData(false, true, false, true)]
    public void OnlyWeightsOfVariatesBindToThem(bool individual, bool affine, bool windowNorm, bool free) => Assert.Equal(
        free, Model(s_small with { Individual = individual, AffineWindowNorm = affine, WindowNorm = windowNorm }).TakesAnyVariates);

    [Fact]
    public void OtherAttentionNeedsNoResidualScores()
    {
        var other = s_small with { Attention = new Part<AttentionFunction>("other", null) };
        Assert.Equal("Residual attention scores need the attention 'softmax', found 'other'; set residual-attention to false.",
            Assert.Throws<UserException>(() => Model(other)).Message);
    }

    private static PatchTst Model(PatchTstOptions options)
    {
        var model = new PatchTst(s_shape, options);
        model.Eval();
        return model;
    }
}
