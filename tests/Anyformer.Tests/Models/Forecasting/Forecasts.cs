using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Forecasting;

/// <summary>Inputs for forecasters.</summary>
internal static class Forecasts
{
    /// <summary>A shape without a calendar.</summary>
    public static ForecastShape Shape(int lookback, int horizon, int variates, int label = 0, int marks = 0, bool integer = false) =>
        new(lookback, horizon, label, variates, marks, Season: 1, integer);

    /// <summary>A drawn batch of windows of a shape, with fractional marks where it has any.</summary>
    public static ForecastInput Draw(ForecastShape shape, int batch, int seed = 1)
    {
        var past = Tensors.Normal(seed, batch, shape.Lookback, shape.Variates);
        return shape.Marks == 0
            ? new ForecastInput(past)
            : new ForecastInput(past, Marks(shape, batch, shape.Lookback), Marks(shape, batch, shape.LabelLength + shape.Horizon));
    }

    private static Tensor Marks(ForecastShape shape, int batch, int steps) => shape.IntegerMarks
        ? Functional.Arange(batch * steps * shape.Marks).Reshape([batch, steps, shape.Marks]).Remainder(3).To(DType.Float32)
        : Tensors.Normal(9, batch, steps, shape.Marks).Tanh() / 2;
}
