using Anyformer.Testing;

namespace Anyformer.Torch.Tests;

public sealed class AutogradTests
{
    [Fact]
    public void BackwardAddsToTheGradientsOfTheLeaves()
    {
        var x = Leaf(1, 2);
        var y = Leaf(3, 4);

        (x * y).Sum().Backward();
        Assert.Equal([3.0, 4.0], x.Grad!.ToArray<double>());
        Assert.Equal([1.0, 2.0], y.Grad!.ToArray<double>());

        (x * 10).Sum().Backward();
        Assert.Equal([13.0, 14.0], x.Grad!.ToArray<double>());

        x.Grad = null;
        Assert.Null(x.Grad);
    }

    [Fact]
    public void BackwardStartsWithTheGivenGradient()
    {
        var x = Leaf(1, 2);

        (x * x).Backward(Tensor.From([10.0, 100.0]));

        Assert.Equal([20.0, 400.0], x.Grad!.ToArray<double>());
        var message = Assert.Throws<TorchException>(() => (x * x).Backward()).Message;
        Assert.Contains("grad can be implicitly created only for scalar outputs", message);
    }

    [Fact]
    public void SeveralOutputsStartTogether()
    {
        var x = Leaf(2);

        Autograd.Backward([x * 3, x * x], [null, Tensor.From([10.0])]);

        Assert.Equal(3 + 40, x.Grad!.Item<double>());
        Assert.Throws<ArgumentException>(() => Autograd.Backward([x], [null, null]));
    }

    [Fact]
    public void GradLeavesTheLeavesAlone()
    {
        var x = Leaf(3);
        var y = Leaf(5);

        var gradients = Autograd.Grad([x * x * y], [x, y]);

        Assert.Equal(30.0, gradients[0]!.Item<double>());
        Assert.Equal(9.0, gradients[1]!.Item<double>());
        Assert.Null(x.Grad);
    }

    [Fact]
    public void AnUnusedInputIsAnErrorUnlessAllowed()
    {
        var x = Leaf(3);
        var unused = Leaf(5);
        var output = x * 2;

        var message = Assert.Throws<TorchException>(() => Autograd.Grad([output], [x, unused])).Message;
        Assert.Contains("appears to not have been used in the graph", message);
        var gradients = Autograd.Grad([output], [x, unused], allowUnused: true);
        Assert.Equal(2.0, gradients[0]!.Item<double>());
        Assert.Null(gradients[1]);
    }

    [Fact]
    public void GradientsOfGradients()
    {
        var x = Leaf(3);

        var first = Autograd.Grad([x * x * x], [x], createGraph: true)[0]!;
        var second = Autograd.Grad([first], [x], createGraph: true)[0]!;
        second.Backward();

        Assert.Equal(27.0, first.Item<double>());
        Assert.Equal(18.0, second.Item<double>());
        Assert.Equal(6.0, x.Grad!.Item<double>());
    }

    [Fact]
    public void ACreatedGraphIsAlsoRetained()
    {
        var x = Leaf(3);
        var output = x * x;

        Autograd.Backward([output], [null], createGraph: true);
        Autograd.Backward([output], [null]);

        Assert.Equal(12.0, x.Grad!.Item<double>());
    }

    [Fact]
    public void ASecondPassNeedsARetainedGraph()
    {
        var x = Leaf(3);
        var output = x * x;

        output.Backward(retainGraph: true);
        output.Backward();

        Assert.Equal(12.0, x.Grad!.Item<double>());
        Assert.Contains("backward through the graph a second time", Assert.Throws<TorchException>(() => output.Backward()).Message);
    }

    [Fact]
    public void NothingIsRecordedWithoutGradient()
    {
        var x = Leaf(3);
        Assert.True(Autograd.IsRecording);
        using (Autograd.NoGrad())
        {
            Assert.False(Autograd.IsRecording);
            Assert.False((x * 2).RequiresGrad);
            using (Autograd.Record())
                Assert.True((x * 2).RequiresGrad);
            Assert.False(Autograd.IsRecording);
        }

        Assert.True(Autograd.IsRecording);
        Assert.True((x * 2).RequiresGrad);
    }

    [Fact]
    public void AnErrorPutsTheModeBack()
    {
        Assert.Throws<TorchException>(() =>
        {
            using var recording = Autograd.NoGrad();
            Functional.Zeros([1]).Reshape([2]);
        });
        Assert.True(Autograd.IsRecording);
    }

    [Fact]
    public void TensorsOfInferenceModeStayOutOfTheGraph()
    {
        var x = Leaf(3);
        Tensor inferred;
        using (Autograd.InferenceMode())
        {
            inferred = x * 2;
            using (Autograd.InferenceMode())
                Assert.False((x * 2).RequiresGrad);
            Assert.False((x * 2).RequiresGrad);
        }

        Assert.Contains("Inference tensors cannot be saved for backward", Assert.Throws<TorchException>(() => x * inferred).Message);
        Assert.True((x * 2).RequiresGrad);
    }

    [Fact]
    public void TheModeBelongsToTheThread()
    {
        using var recording = Autograd.NoGrad();
        var elsewhere = false;
        var thread = new Thread(() => elsewhere = Autograd.IsRecording);
        thread.Start();
        thread.Join();

        Assert.True(elsewhere);
    }

    [Fact]
    public void OnlyLeavesOfRealTypeRequireAGradientOnDemand()
    {
        var x = Leaf(1);

        Assert.True(x is { IsLeaf: true, RequiresGrad: true });
        Assert.False((x * 2).IsLeaf);
        Assert.Equal("MulBackward1", (x * 2).GradFunction);
        Assert.Throws<TorchException>(() => Tensor.From([1L]).RequiresGrad = true);
        Assert.Throws<TorchException>(() => (x * 2).RequiresGrad = false);
    }

    [Fact]
    public void AGradientMustFitItsTensor()
    {
        var x = Leaf(1, 2);

        Assert.Contains("a gradient of shape [3] does not fit a tensor of shape [2]",
            Assert.Throws<TorchException>(() => x.Grad = Functional.Zeros([3], DType.Float64)).Message);
        Assert.Contains("a gradient of float on cpu does not fit a tensor of double on cpu",
            Assert.Throws<TorchException>(() => x.Grad = Functional.Zeros([2])).Message);
        x.Grad = Tensor.From([1.0, 2.0]);
        Assert.Equal([1.0, 2.0], x.Grad!.ToArray<double>());
    }

    [Fact]
    public void ChangingWhatTheGraphNeedsIsNoticed()
    {
        var x = Leaf(1, 2);
        var squared = x * 1;
        var output = (squared * squared).Sum();

        squared.AddInPlace(1);

        Assert.Contains("modified by an inplace operation", Assert.Throws<TorchException>(() => output.Backward()).Message);
    }

    [Fact]
    public void OperatorsAgreeWithDifferences()
    {
        using var random = new Generator(5);
        Tensor Draw(params long[] shape) => Functional.Randn(shape, random, DType.Float64);

        GradientCheck.Assert(x => Functional.Linear(x[0], x[1], x[2]).Gelu(), Draw(2, 3), Draw(4, 3), Draw(4));
        GradientCheck.Assert(x => x[0].MatMul(x[1]).Softmax(-1), Draw(2, 2, 3), Draw(2, 3, 2));
        GradientCheck.Assert(x => Functional.LayerNorm(x[0], [4], x[1], x[2]), Draw(3, 4), Draw(4), Draw(4));
    }

    private static Tensor Leaf(params double[] elements)
    {
        var leaf = Tensor.From(elements);
        leaf.RequiresGrad = true;
        return leaf;
    }
}
