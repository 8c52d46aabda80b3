using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Forecasting;

public sealed class CovariateAdjustedTests
{
    // Two calendar marks and two known columns.
    private static readonly ForecastShape s_shape = new(4, 2, 1, 2, 4, 3, false, Known: 2);

    [Fact]
    public void TheEffectsLeaveTheHistoryAndComeBackOverTheHorizon()
    {
        using var scope = new TensorScope();
        var input = Forecasts.Draw(s_shape, 3);
        var model = new CovariateAdjusted(new SeasonalNaive(s_shape, new SeasonalNaiveOptions()), s_shape);
        double[] effects = [0.5, -2, 1, 3];
        model.BeginWith(Tensor.From(effects, 2, 2));
        var (past, pastMarks, futureMarks) = (input.Past.Numbers(), input.PastMarks!.Numbers(), input.FutureMarks!.Numbers());
        double Effect(double[] marks, int row, int variate) =>
            marks[row * 4 + 2] * effects[variate * 2] + marks[row * 4 + 3] * effects[variate * 2 + 1];
        // The season is 3: step 0 repeats row 1 and step 1 row 2 of the four.
        var expected =
            from window in Enumerable.Range(0, 3)
            from step in Enumerable.Range(0, 2)
            from variate in Enumerable.Range(0, 2)
            let row = window * 4 + 1 + step
            select past[row * 2 + variate] - Effect(pastMarks, row, variate) + Effect(futureMarks, window * 3 + 1 + step, variate);
        Tensors.AssertClose([.. expected], model.Call(input));
    }

    [Fact]
    public void WithoutEffectsItIsTheModel()
    {
        using var scope = new TensorScope();
        var input = Forecasts.Draw(s_shape, 3);
        var model = new DLinear(s_shape, new DLinearOptions());
        var adjusted = new CovariateAdjusted(model, s_shape);
        Tensors.AssertSame(model.Call(input), adjusted.Call(input));
        Assert.Equal(model.ParameterCount() + 4, adjusted.ParameterCount());
        Assert.Equal((true, false), (adjusted.ReadsFutureMarks, adjusted.TakesAnyVariates));
    }

    [Fact]
    public void ModelAndEffectsAreTrainedTogether()
    {
        var model = new CovariateAdjusted(new DLinear(s_shape, new DLinearOptions()), s_shape);
        model.To(DType.Float64);
        var drawn = Forecasts.Draw(s_shape, 3);
        var input = new ForecastInput(drawn.Past.To(DType.Float64), drawn.PastMarks!.To(DType.Float64), drawn.FutureMarks!.To(DType.Float64));
        FiniteDifferences.AssertGradients(model.Parameters(), () => model.Call(input).Square().Sum(), 1e-6);
    }
}
