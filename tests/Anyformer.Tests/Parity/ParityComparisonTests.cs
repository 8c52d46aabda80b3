using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Tests.Parity;

public sealed class ParityComparisonTests
{
    private const double NaN = double.NaN;
    private const double Infinity = double.PositiveInfinity;

    /// <summary>Absolute tolerance 0.1, relative 0.01.</summary>
    [Theory]
    [InlineData(1, 1.1, true)]
    [InlineData(1, 1.12, false)]
    [InlineData(1, 0.88, false)]
    [InlineData(-100, -101, true)]
    [InlineData(-100, -101.2, false)]
    [InlineData(0, 0.1, true)]
    [InlineData(NaN, NaN, true)]
    [InlineData(NaN, 0, false)]
    [InlineData(0, NaN, false)]
    [InlineData(Infinity, Infinity, true)]
    [InlineData(Infinity, 1e30, false)]
    [InlineData(Infinity, -Infinity, false)]
    [InlineData(Infinity, NaN, false)]
    [InlineData(NaN, Infinity, false)]
    [InlineData(1, Infinity, false)]
    public void HoldsEverywhereOrFails(double expected, double actual, bool holds)
    {
        foreach (var others in new[] { Array.Empty<double>(), [3, 4] })
        {
            var comparison = Compare([.. others, expected], [.. others, actual]);
            Assert.Equal(holds, comparison.Failures.Count == 0);
        }
    }

    [Fact]
    public void TheWorstElementIsNamed()
    {
        var comparison = Compare([1, 2, 3, 4], [1, 2.5, 5, 4.2]);
        Assert.Equal(["output y differs at element 2: 5, expected 3"], comparison.Failures);
        Assert.Equal(2, comparison.LargestError);
    }

    [Fact]
    public void UndefinedValuesThatAgreeHideNoError()
    {
        Assert.Equal(["output y differs at element 1: 9, expected 2"], Compare([NaN, 2, Infinity], [NaN, 9, Infinity]).Failures);
        Assert.Equal(["output y differs at element 2: NaN, expected 3"], Compare([NaN, 2, 3], [NaN, 2, NaN]).Failures);
        Assert.Equal(Infinity, Compare([3], [NaN]).LargestError);
    }

    [Fact]
    public void EmptyTensorsAgree() => Assert.Empty(Compare([], []).Failures);

    [Fact]
    public void IntegersAndTruthValuesAreCompared()
    {
        var comparison = new ParityComparison(0, 0);
        comparison.Compare("output", new Dictionary<string, Tensor> { ["a"] = Tensor.From([true, false]), ["b"] = Tensor.From([5L]) },
            new Dictionary<string, Tensor> { ["a"] = Tensor.From([true, true]), ["b"] = Tensor.From([5L]), ["more"] = Tensor.From([1f]) });
        Assert.Equal(["output a differs at element 1: 1, expected 0"], comparison.Failures);
    }

    private static ParityComparison Compare(double[] expected, double[] actual)
    {
        var comparison = new ParityComparison(0.1, 0.01);
        comparison.Compare("output", Outputs(expected), Outputs(actual));
        return comparison;
    }

    private static Dictionary<string, Tensor> Outputs(double[] values) => new() { ["y"] = Tensor.From(values) };
}
