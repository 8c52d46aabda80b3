namespace Anyformer.Torch.Tests;

public sealed class AutocastTests
{
    private static readonly Tensor X = Functional.Ones([4, 4]);

    [Fact]
    public void MatrixProductsAreNarrowInsideAndAsBeforeBehind()
    {
        Assert.Equal(DType.Float32, X.MatMul(X).DType);
        using (new Autocast(Device.Cpu, DType.BFloat16))
        {
            Assert.Equal(DType.BFloat16, X.MatMul(X).DType);
            Assert.Equal(DType.BFloat16, Functional.Linear(X, X).DType);
            Assert.Equal(DType.Float32, (X + X).DType);
        }

        Assert.Equal(DType.Float32, X.MatMul(X).DType);
    }

    [Fact]
    public void RegionsNest()
    {
        using (new Autocast(Device.Cpu, DType.BFloat16))
        {
            using (new Autocast(Device.Cpu, DType.BFloat16))
                Assert.Equal(DType.BFloat16, X.MatMul(X).DType);
            Assert.Equal(DType.BFloat16, X.MatMul(X).DType);
        }

        Assert.Equal(DType.Float32, X.MatMul(X).DType);
    }

    [Fact]
    public void AnErrorEndsTheRegion()
    {
        Assert.Throws<TorchException>(() =>
        {
            using var autocast = new Autocast(Device.Cpu, DType.BFloat16);
            X.MatMul(Functional.Ones([5]));
        });
        Assert.Equal(DType.Float32, X.MatMul(X).DType);
    }

    [Fact]
    public void TheRegionBelongsToTheThread()
    {
        using var autocast = new Autocast(Device.Cpu, DType.BFloat16);
        var elsewhere = DType.Bool;
        var thread = new Thread(() => elsewhere = X.MatMul(X).DType);
        thread.Start();
        thread.Join();

        Assert.Equal(DType.Float32, elsewhere);
    }

    [Fact]
    public void GradientsComeBackInTheTypeOfTheWeight()
    {
        var weight = X.Clone();
        weight.RequiresGrad = true;

        for (var step = 0; step < 2; step++)
        {
            Tensor output;
            using (new Autocast(Device.Cpu, DType.BFloat16))
                output = X.MatMul(weight);
            output.Sum().Backward();
            using (Autograd.NoGrad())
                weight.AddInPlace(1);
        }

        Assert.Equal(DType.Float32, weight.Grad!.DType);
        Assert.Equal(8f, weight.Grad.ToArray<float>()[0]);
    }
}
