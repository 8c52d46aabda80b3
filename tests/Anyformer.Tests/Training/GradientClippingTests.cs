using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tests.Training;

public sealed class GradientClippingTests
{
    private readonly Parameter _first = new(Functional.Zeros([2]));
    private readonly Parameter _second = new(Functional.Zeros([1]));

    public GradientClippingTests() => (_first.Grad, _second.Grad) = (Tensor.From([3f, 4]), Tensor.From([12f]));

    [Fact]
    public void LongGradientsAreShortenedTogetherAsPyTorchDoes()
    {
        Assert.Equal(13, GradientClipping.ClipNorm([_first, _second], 2), 1e-6);
        Tensors.AssertClose([0.46153843, 0.61538458], _first.Grad!, 1e-7);
        Tensors.AssertClose([1.84615374], _second.Grad!, 1e-7);
    }

    [Fact]
    public void ShortOnesStay()
    {
        Assert.Equal(13, GradientClipping.ClipNorm([_first, _second], 13.1), 1e-6);
        Assert.Equal([3.0, 4, 12], [.. _first.Grad!.Numbers(), .. _second.Grad!.Numbers()]);
    }

    [Fact]
    public void ParametersWithoutGradientDoNotCount()
    {
        _second.Grad = null;
        Assert.Equal(5, GradientClipping.ClipNorm([_first, _second], 100), 1e-6);
        Assert.Equal(0, GradientClipping.ClipNorm([_second], 1));
    }
}
