using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Modules;

[Collection(DefaultGenerator.Name)]
public sealed class DropoutTests
{
    [Fact]
    public void ASeedRepeatsAndAnotherDoesNot()
    {
        Assert.Equal(Mask(1), Mask(1));
        Assert.NotEqual(Mask(1), Mask(2));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void TheShareOfZerosIsTheProbabilityAndTheMeanStays(double probability)
    {
        const int count = 100_000;
        TorchRuntime.ManualSeed(3);
        var output = new Dropout(probability).Call(Functional.Ones([count])).Numbers();
        var deviation = Math.Sqrt(probability * (1 - probability) / count);
        Assert.InRange(output.Count(value => value == 0) / (double)count, probability - 5 * deviation, probability + 5 * deviation);
        Assert.InRange(output.Average(), 1 - 5 * deviation / (1 - probability), 1 + 5 * deviation / (1 - probability));
        Assert.All(output.Where(value => value != 0).Distinct(), value => Assert.Equal(1 / (1 - probability), value, 1e-5));
    }

    [Fact]
    public void EvaluationAndProbabilityZeroLeaveTheInput()
    {
        var input = Tensors.Normal(1, 10);
        var module = new Dropout(0.7);
        module.Eval();
        Tensors.AssertSame(input, module.Call(input));
        Tensors.AssertSame(input, new Dropout(0).Call(input));
    }

    [Fact]
    public void HalfPrecisionIsDroppedToo()
    {
        TorchRuntime.ManualSeed(3);
        var output = new Dropout(0.5).Call(Functional.Ones([1000], DType.BFloat16));
        Assert.Equal(DType.BFloat16, output.DType);
        Assert.Equal([0.0, 2.0], output.Numbers().Distinct().Order());
    }

    [Fact]
    public void TheGradientIsDroppedLikeTheInput()
    {
        var input = Functional.Ones([50]);
        input.RequiresGrad = true;
        var output = new Dropout(0.5).Call(input);
        output.Sum().Backward();
        Assert.Equal(output.Numbers(), input.Grad!.Numbers());
    }

    [Fact]
    public void ProbabilityOneLeavesNothing() => Assert.Equal(new double[5], new Dropout(1).Call(Functional.Ones([5])).Numbers());

    [Theory]
    [InlineData(-0.1, "-0.1")]
    [InlineData(1.5, "1.5")]
    [InlineData(double.NaN, "NaN")]
    public void OtherProbabilitiesAreRefused(double probability, string found) => Assert.Equal(
        $"Dropout needs a probability between 0 and 1, found {found}.",
        Assert.Throws<UserException>(() => new Dropout(probability)).Message);

    private static double[] Mask(long seed)
    {
        TorchRuntime.ManualSeed(seed);
        return new Dropout(0.5).Call(Functional.Ones([100])).Numbers();
    }
}
