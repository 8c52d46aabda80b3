namespace Anyformer.Torch.Tests;

public sealed class TorchExceptionTests
{
    [Fact]
    public void TheMessageNamesOperatorShapesAndReason()
    {
        var x = Functional.Zeros([2, 3]);
        var y = Functional.Zeros([4, 5], DType.Int64);

        var message = Assert.Throws<TorchException>(() => x.Add(y)).Message;

        Assert.Equal(
            "aten::add.Tensor(float32[2, 3], int64[4, 5], default): The size of tensor a (3) must match the size of tensor b (5) at " +
            "non-singleton dimension 1", message);
    }

    [Fact]
    public void EveryKindOfArgumentIsDescribed()
    {
        var x = Functional.Zeros([2]);
        var positions = Tensor.From([0L]);
        var many = Enumerable.Repeat(x, 10).Append(Functional.Zeros([1, 1])).ToArray();

        Assert.StartsWith("aten::permute(float32[2], [1, 0]): ", Message(() => x.Permute([1, 0])));
        Assert.StartsWith("aten::unsqueeze(float32[2], 7): Dimension out of range", Message(() => x.Unsqueeze(7)));
        Assert.StartsWith("aten::cat([float32[2], ", Message(() => Functional.Cat(many)));
        Assert.Contains(", ... 11 in all], 0): ", Message(() => Functional.Cat(many)));
        Assert.StartsWith("aten::index.Tensor(float32[2], [none, int64[1]]): too many indices", Message(() => x.Index([null, positions])));
        Assert.StartsWith("aten::gelu(float32[2], string): approximate argument must be", Message(() => x.Gelu(approximate: "no")));
        Assert.StartsWith("aten::dropout(float32[2], 1.5, true): ", Message(() => Functional.Dropout(x, 1.5, true)));
    }

    [Fact]
    public void TheReasonCarriesNoNativeStack()
    {
        var message = Message(() => Functional.Zeros([2]).View([3]));

        Assert.DoesNotContain("frame #", message);
        Assert.DoesNotContain("Exception raised from", message);
    }

    [Fact]
    public void ADisposedTensorIsNamedAsSuch()
    {
        var x = Functional.Zeros([2]);
        x.Dispose();

        Assert.Throws<ObjectDisposedException>(() => x.Shape);
        Assert.Throws<ObjectDisposedException>(() => x + 1);
        Assert.Throws<ObjectDisposedException>(() => Functional.Ones([2]).Add(x));
        Assert.Throws<ObjectDisposedException>(() => Functional.Cat([x, x]));
        Assert.Contains("its scope has ended", Assert.Throws<ObjectDisposedException>(() => x.ToArray<float>()).Message);
        x.Dispose();
    }

    [Fact]
    public void ErrorsOfSeveralThreadsDoNotMix()
    {
        Parallel.For(0, 64, i =>
        {
            using var scope = new TensorScope();
            var (size, wrong) = (i + 2, i + 3);
            var x = Functional.Zeros([size]);
            Assert.StartsWith($"aten::reshape(float32[{size}], [{wrong}]): shape '[{wrong}]' is invalid", Message(() => x.Reshape([wrong])));
        });
    }

    private static string Message(Func<object> call) => Assert.Throws<TorchException>(call).Message;
}
