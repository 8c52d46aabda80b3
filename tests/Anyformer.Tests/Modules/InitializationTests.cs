using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Modules;

/// <summary>First values: those that PyTorch draws from the same seed, and their distribution.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class InitializationTests
{
    private const int Many = 40_000;

    [Fact]
    public void LayersBeginAsPyTorchs()
    {
        var linear = Seeded(() => new Linear(3, 2));
        Tensors.AssertClose([0.04032508, -0.34779212, 0.18384182, 0.18116128, -0.30858037, -0.08653163], linear.Weight, 1e-7);
        Tensors.AssertClose([-0.33822793, 0.14980665], linear.Bias!, 1e-7);
        var convolution = Seeded(() => new Conv1d(4, 2, 3, groups: 2));
        Tensors.AssertClose(
            [
                0.02851414, -0.24592617, 0.12999581, 0.12810038, -0.21819928, -0.06118711,
                -0.23916326, 0.1059293, -0.10996891, 0.28680941, 0.28980988, 0.04158843,
            ],
            convolution.Weight, 1e-7);
        Tensors.AssertClose([-0.17404522, -0.23978922], convolution.Bias!, 1e-7);
        Tensors.AssertClose([-0.14679509, 0.78614128, 0.94682163, -1.114344, 1.69079018, -0.8948279],
            Seeded(() => new Embedding(3, 2)).Weight, 1e-7);
    }

    [Fact]
    public void FormulasAreThoseOfTorchNnInit()
    {
        AssertDrawn([-0.11753014, 0.62941676, 0.75806397, -0.89218926, 1.35371554, -0.71643567],
            p => Initialization.KaimingNormal(p, 0.2), 2, 3);
        AssertDrawn([0.0968577, -0.83536965, 0.44157377, 0.43513530, -0.74118608, -0.20784226],
            p => Initialization.KaimingUniform(p, 0.2), 2, 3);
        AssertDrawn([0.66730458, -1.09550047, 1.28127575, 1.26930046, -0.88112032, 0.13946423],
            p => Initialization.TruncatedNormal(p, 0.5, 2), 2, 3);
        AssertDrawn(
            [
                -0.09847315, 0.5273596, 0.63514727, -0.74752468, 1.13421655, -0.60026878,
                -0.23856053, 0.82670951, 0.09268904, -1.12845302, 0.2131051, 0.08908962,
            ],
            p => Initialization.XavierNormal(p, 1.5), 2, 3, 2);
        AssertDrawn(
            [
                0.08115266, -0.69991815, 0.36997455, 0.36458007, -0.62100601, -0.17414157,
                -0.68067056, 0.30148008, -0.31297699, 0.81627393, 0.82481337, 0.11836273,
            ],
            p => Initialization.XavierUniform(p, 1.5), 2, 3, 2);
    }

    [Fact]
    public void UniformFillsItsBounds()
    {
        var values = Initialization.Uniform(Parameter.Empty(Many), -2, 3).Numbers();
        Assert.InRange(values.Min(), -2, -1.99);
        Assert.InRange(values.Max(), 2.99, 3);
        AssertMoments(values, 0.5, 5 / Math.Sqrt(12));
    }

    [Fact]
    public void NormalHasItsMoments() => AssertMoments(Initialization.Normal(Parameter.Empty(Many), 2, 0.5).Numbers(), 2, 0.5);

    [Fact]
    public void TruncatedNormalStaysWithinTheCut()
    {
        var values = Initialization.TruncatedNormal(Parameter.Empty(Many), mean: 1, deviation: 2, cut: 2).Numbers();
        Assert.InRange(values.Min(), -3, -2.9);
        Assert.InRange(values.Max(), 4.9, 5);
        // The deviation of a standard normal cut at two: sqrt(1 - 4 φ(2) / (2 Φ(2) - 1)).
        AssertMoments(values, 1, 2 * 0.8796);
    }

    [Fact]
    public void FansCountThePositionsOfTheKernel()
    {
        Assert.Equal((3, 2), Initialization.Fans(Parameter.Empty(2, 3)));
        Assert.Equal((3 * 4 * 5, 2 * 4 * 5), Initialization.Fans(Parameter.Empty(2, 3, 4, 5)));
        Assert.Equal("Fan in and fan out need two dimensions, the parameter has 1.",
            Assert.Throws<ArgumentException>(() => Initialization.XavierUniform(Parameter.Empty(2))).Message);
    }

    [Fact]
    public void ConstantsAreConstantAndNothingIsRecorded()
    {
        var parameter = Initialization.Constant(Parameter.Empty(2), 1.5);
        Assert.Equal([1.5, 1.5], parameter.Numbers());
        Assert.True(parameter.IsLeaf && parameter.RequiresGrad);
    }

    [Fact]
    public void NoInputsMeanNoSpread() => Assert.Equal([0.0, 0], Initialization.InverseFanIn(Parameter.Empty(2), 0).Numbers());

    private static void AssertDrawn(double[] expected, Func<Parameter, Parameter> fill, params long[] shape) =>
        Tensors.AssertClose(expected, Seeded(() => fill(Parameter.Empty(shape))), 1e-6);

    private static void AssertMoments(double[] values, double mean, double deviation)
    {
        var found = values.Average();
        Assert.Equal(mean, found, 5 * deviation / Math.Sqrt(values.Length));
        Assert.Equal(deviation, Math.Sqrt(values.Average(value => (value - found) * (value - found))), 0.03 * deviation);
    }

    private static T Seeded<T>(Func<T> make)
    {
        TorchRuntime.ManualSeed(7);
        return make();
    }
}
