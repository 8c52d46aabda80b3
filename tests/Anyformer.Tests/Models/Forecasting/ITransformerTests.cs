using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Forecasting;

public sealed class ITransformerTests
{
    private static readonly ITransformerOptions s_small = new() { Width = 12, Heads = 3, FeedForwardWidth = 10 };

    [Theory]
    [InlineData("etth1", 96, 96, 841_568)]
    [InlineData("small", 96, 96, 224_224)]
    public void TheSizesArePublished(string preset, int lookback, int horizon, long parameters) =>
        Assert.Equal(parameters, new ITransformer(Forecasts.Shape(lookback, horizon, 7), ITransformerOptions.Presets[preset]).ParameterCount());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void VariatesMayComeInAnyOrder(bool windowNorm)
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(10, 6, 5, marks: 4);
        var model = Model(shape, s_small with { WindowNorm = windowNorm });
        var input = Forecasts.Draw(shape, 3);
        var order = Tensor.From([3L, 0, 4, 2, 1]);
        var permuted = model.Call(input with { Past = input.Past.IndexSelect(2, order) });
        Tensors.AssertClose(model.Call(input).IndexSelect(2, order), permuted, 1e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(19)]
    public void TheNumberOfVariatesIsFree(int variates)
    {
        using var scope = new TensorScope();
        var model = Model(Forecasts.Shape(10, 6, 5), s_small);
        Assert.True(model.TakesAnyVariates);
        Assert.Equal([2, 6, (long)variates], model.Call(Forecasts.Draw(Forecasts.Shape(10, 6, variates), 2)).Shape);
    }

    [Fact]
    public void MarksAreFurtherTokens()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(10, 6, 2, marks: 4);
        var (model, input) = (Model(shape, s_small with { WindowNorm = false }), Forecasts.Draw(shape, 2));
        var asVariates = model.Call(new ForecastInput(Functional.Cat([input.Past, input.PastMarks!], 2)));
        Tensors.AssertClose(asVariates[.., .., ..2], model.Call(input), 1e-6);
    }

    [Fact]
    public void WindowNormCarriesScaleAndOffsetOver()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(24, 6, 3);
        var (model, input) = (Model(shape, s_small), Forecasts.Draw(shape, 2));
        var moved = model.Call(new ForecastInput(input.Past * 50 + 7));
        Tensors.AssertClose(model.Call(input) * 50 + 7, moved, 1e-3);
    }

    private static ITransformer Model(ForecastShape shape, ITransformerOptions options)
    {
        var model = new ITransformer(shape, options);
        model.Eval();
        return model;
    }
}
