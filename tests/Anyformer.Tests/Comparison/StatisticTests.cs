using Anyformer.Comparison;

namespace Anyformer.Tests.Comparison;

public class StatisticTests
{
    [Fact]
    public void TheSpreadIsTheSampleStandardDeviation() =>
        Assert.Equal(new Statistic(5, Math.Sqrt(32.0 / 7), 8), Statistic.Of([2, 4, 4, 4, 5, 5, 7, 9]));

    [Fact]
    public void OneValueHasNoSpread() => Assert.Equal(new Statistic(3, double.NaN, 1), Statistic.Of([3]));

    [Fact]
    public void NoValueHasNoMean() => Assert.Equal(new Statistic(double.NaN, double.NaN, 0), Statistic.Of([]));

    [Fact]
    public void AnUndefinedValueMakesTheMeanUndefined() => Assert.Equal(double.NaN, Statistic.Of([1, double.NaN]).Mean);
}
