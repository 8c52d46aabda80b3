using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Forecasting;

public sealed class EnsembleForecasterTests
{
    [Fact]
    public void TheForecastIsTheMeanOfTheMembers()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(12, 4, 3);
        Forecaster[] members = [new DLinear(shape, new DLinearOptions()), new SeasonalNaive(shape, new SeasonalNaiveOptions()), new DLinear(shape, new DLinearOptions())];
        var input = Forecasts.Draw(shape, 5);
        var ensemble = new EnsembleForecaster(members);
        Tensors.AssertClose((members[0].Call(input) + members[1].Call(input) + members[2].Call(input)) / 3, ensemble.Call(input), 1e-6);
        Assert.True(ensemble.TakesAnyVariates);
        Assert.False(new EnsembleForecaster([.. members, new DLinear(shape, new DLinearOptions { Individual = true })]).TakesAnyVariates);
        Assert.Equal(2 * members[0].ParameterCount(), ensemble.ParameterCount());
    }
}
