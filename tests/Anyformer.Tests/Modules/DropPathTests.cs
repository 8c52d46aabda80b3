using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Modules;

[Collection(DefaultGenerator.Name)]
public sealed class DropPathTests
{
    [Fact]
    public void ASampleStaysWholeOrGoesWholeAndTheMeanStays()
    {
        TorchRuntime.ManualSeed(5);
        var samples = new DropPath(0.25).Call(Functional.Ones([4000, 3, 2])).Numbers().Chunk(6).ToArray();
        Assert.All(samples, sample => Assert.Single(sample.Distinct()));
        Assert.All(samples, sample => Assert.Contains(sample[0], (double[])[0, 4f / 3]));
        Assert.InRange(samples.Count(sample => sample[0] == 0) / 4000.0, 0.2, 0.3);
    }

    [Fact]
    public void EvaluationLeavesTheInput()
    {
        var input = Tensors.Normal(1, 10, 2);
        var module = new DropPath(0.7);
        module.Eval();
        Tensors.AssertSame(input, module.Call(input));
    }

    [Fact]
    public void ProbabilitiesRiseOverTheDepth() => Assert.Equal([0, 0.1, 0.2], DropPath.Rising(0.2, 3));

    [Fact]
    public void OneLayerHasNone() => Assert.Equal([0], DropPath.Rising(0.2, 1));

    [Fact]
    public void AProbabilityOfOneIsRefused() =>
        Assert.Equal("Stochastic depth needs a probability from 0 up to but not 1, found 1.", Assert.Throws<UserException>(() => new DropPath(1)).Message);

    [Fact]
    public void LayerScaleMultipliesEveryChannel()
    {
        var scale = new LayerScale(3, 0.5);
        Tensors.AssertSame(Functional.Ones([2, 4, 3]) * 0.5, scale.Call(Functional.Ones([2, 4, 3])));
    }
}
