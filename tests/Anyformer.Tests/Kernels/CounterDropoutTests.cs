using Anyformer.Kernels;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Kernels;

[Collection(DefaultGenerator.Name)]
public class CounterDropoutTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void DropsTheShareItShouldAndScalesTheRest(double probability)
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        const int count = 200_003;
        var dropped = new CounterDropout(probability).Apply(Functional.Ones([count]))[0].ToArray<float>();
        var zeros = dropped.Count(value => value == 0);
        // Five standard deviations of a binomial count.
        Assert.InRange(zeros, count * probability - 5 * Math.Sqrt(count * probability * (1 - probability)), count * probability + 5 * Math.Sqrt(count * probability * (1 - probability)));
        Assert.All(dropped.Where(value => value != 0), value => Assert.Equal(1 / (1 - probability), value, 4));
    }

    [Fact]
    public void NeighboursAndCallsAreIndependent()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(2);
        const int count = 100_000;
        var first = new CounterDropout(0.5).Apply(Functional.Ones([count]))[0].ToArray<float>();
        var second = new CounterDropout(0.5).Apply(Functional.Ones([count]))[0].ToArray<float>();
        double Agreement(IEnumerable<float> left, IEnumerable<float> right) => left.Zip(right).Average(pair => pair.First == pair.Second ? 1.0 : 0);
        Assert.Equal(0.5, Agreement(first, second), 2);
        foreach (var distance in new[] { 1, 2, 7, 8, 16, 256 })
            Assert.Equal(0.5, Agreement(first, first.Skip(distance)), 2);
    }

    [Fact]
    public void TheMaskIsAFunctionOfTheSeedWhateverTheTypeAndTheThreads() => Property.Holds(Gen.Choose(1, 60_000), count =>
    {
        using var scope = new TensorScope();
        bool[] Kept(DType dtype)
        {
            TorchRuntime.ManualSeed(5);
            return new CounterDropout(0.3).Apply(Functional.Ones([count], dtype))[0].Ne(0).ToArray<bool>();
        }

        Assert.Equal(Kept(DType.Float32), Kept(DType.Float64));
    }, runs: 20);

    [Fact]
    public void GradientsAreThoseOfFiniteDifferences()
    {
        using var scope = new TensorScope();
        GradientCheck.Assert(
            inputs =>
            {
                TorchRuntime.ManualSeed(7);
                return new CounterDropout(0.4).Apply(inputs[0].Square())[0];
            },
            Functional.Randn([5, 6], DType.Float64));
    }
}
