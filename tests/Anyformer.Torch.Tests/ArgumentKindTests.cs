namespace Anyformer.Torch.Tests;

/// <summary>Every kind of argument crosses the border through a generated method.</summary>
public sealed class ArgumentKindTests
{
    private static readonly Tensor X = Tensor.From([1.0, 2.0, 3.0, 4.0], 2, 2);

    [Fact]
    public void OptionalTensor()
    {
        var input = Tensor.From([1.0, 1.0]);

        Assert.Equal([3.0, 7.0], Functional.Linear(input, X).ToArray<double>());
        Assert.Equal([13.0, 27.0], Functional.Linear(input, X, Tensor.From([10.0, 20.0])).ToArray<double>());
    }

    [Fact]
    public void TensorList()
    {
        Assert.Equal([4, 2], Functional.Cat([X, X]).Shape);
        var many = Enumerable.Repeat(X, 100).ToArray();
        Assert.Equal([200, 2], Functional.Cat(many).Shape);
        Assert.Throws<TorchException>(() => Functional.Cat([]));
    }

    [Fact]
    public void OptionalTensorList()
    {
        Assert.Equal([2.0, 1.0, 4.0, 3.0], X.Index([null, Tensor.From([1L, 0])]).ToArray<double>());
        Assert.Equal([3.0, 4.0], X.Index([Tensor.From([1L])]).ToArray<double>());
    }

    [Fact]
    public void Integer() => Assert.Equal([2, 1, 2], X.Unsqueeze(1).Shape);

    [Fact]
    public void OptionalInteger()
    {
        Assert.Equal(3, X.ArgMax().Item<long>());
        Assert.Equal([1L, 1L], X.ArgMax(0).ToArray<long>());
    }

    [Fact]
    public void IntegerList()
    {
        Assert.Equal([1.0, 3.0, 2.0, 4.0], X.Permute([1, 0]).ToArray<double>());
        Assert.Equal([1, 4], X.Reshape([1, -1]).Shape);
        Assert.Equal([], Functional.Zeros([]).Shape);
    }

    [Fact]
    public void IntegerListOfEqualNumbers()
    {
        Assert.Equal(4.0, X.Reshape([1, 1, 2, 2]).MaxPool2d(2).Item<double>());
        Assert.Equal([2.0, 4.0], X.Reshape([1, 1, 2, 2]).MaxPool2d([1, 2]).ToArray<double>());
    }

    [Fact]
    public void OptionalList()
    {
        Assert.Equal(10.0, X.NaNSum().Item<double>());
        Assert.Equal([4.0, 6.0], X.NaNSum([0]).ToArray<double>());
        Assert.Equal(2.5, X.Mean((long[]?)null).Item<double>());
    }

    [Fact]
    public void Real()
    {
        Assert.True(X.IsClose(X + 0.01, rtol: 0, atol: 0.1).All().Item<bool>());
        Assert.False(X.IsClose(X + 0.01, rtol: 0, atol: 0.001).Any().Item<bool>());
    }

    [Fact]
    public void OptionalReal()
    {
        var x = Tensor.From([double.NaN]);

        Assert.Equal(0.0, x.NaNToNum().Item<double>());
        Assert.Equal(-7.5, x.NaNToNum(nan: -7.5).Item<double>());
    }

    [Fact]
    public void TruthValue()
    {
        Assert.Equal([1, 2], X.Sum([0], keepdim: true).Shape);
        Assert.Equal([2], X.Sum([0], keepdim: false).Shape);
    }

    [Fact]
    public void ScalarOfEachKindKeepsItsKind()
    {
        Assert.Equal(DType.Int64, Functional.Full([1], 3).DType);
        Assert.Equal(DType.Int64, Functional.Full([1], 3L).DType);
        Assert.Equal(DType.Float32, Functional.Full([1], 0.5).DType);
        Assert.Equal(DType.Float32, Functional.Full([1], 0.5f).DType);
        Assert.Equal(DType.Bool, Functional.Full([1], true).DType);
        Assert.Equal(long.MaxValue, Functional.Full([1], long.MaxValue).Item<long>());
        Assert.Equal(0.1, Functional.Full([1], 0.1, DType.Float64).Item<double>());
    }

    [Fact]
    public void ScalarWithADefault()
    {
        Assert.Equal([2.0, 4.0, 6.0, 8.0], X.Add(X).ToArray<double>());
        Assert.Equal([4.0, 8.0, 12.0, 16.0], X.Add(X, alpha: 3).ToArray<double>());
    }

    [Fact]
    public void OptionalScalar()
    {
        Assert.Equal([2.0, 2.0, 3.0, 4.0], X.Clamp(min: 2).ToArray<double>());
        Assert.Equal([2.0, 2.0, 3.0, 3.0], X.Clamp(2, 3).ToArray<double>());
    }

    [Fact]
    public void Text()
    {
        var x = Tensor.From([1.0]);

        Assert.Equal(0.841344746, x.Gelu().Item<double>(), 1e-9);
        Assert.Equal(0.841191991, x.Gelu(approximate: "tanh").Item<double>(), 1e-9);
    }

    [Fact]
    public void OptionalText()
    {
        var x = Tensor.From([7.0]);

        Assert.Equal(3.5, x.Div(2, roundingMode: null).Item<double>());
        Assert.Equal(3.0, x.Div(2, roundingMode: "floor").Item<double>());
    }

    [Fact]
    public void ElementType()
    {
        Assert.Equal(DType.Float32, X.Sum(dtype: DType.Float32).DType);
        Assert.Equal(DType.BFloat16, Functional.Zeros([1], DType.BFloat16).DType);
    }

    [Fact]
    public void DeviceArgument() => Assert.Equal(Device.Cpu, Functional.Zeros([1], device: Device.Cpu).Device);

    [Fact]
    public void LayoutArgument()
    {
        Assert.Equal(Layout.Strided, Functional.Zeros([2, 2], layout: Layout.Strided).Layout);
        Assert.Equal(Layout.Sparse, Functional.Zeros([2, 2], layout: Layout.Sparse).Layout);
    }

    [Fact]
    public void MemoryFormatArgument()
    {
        var image = Functional.Zeros([1, 3, 2, 2]);

        Assert.Equal([12, 4, 2, 1], image.Clone().Strides);
        Assert.Equal([12, 1, 6, 3], image.Clone(memoryFormat: MemoryFormat.ChannelsLast).Strides);
    }

    [Fact]
    public void GeneratorArgument()
    {
        using var first = new Generator(7);
        using var second = new Generator(7);

        var numbers = Functional.Randn([5], first).ToArray<float>();

        Assert.Equal(numbers, Functional.Randn([5], second).ToArray<float>());
        Assert.NotEqual(numbers, Functional.Randn([5], second).ToArray<float>());
    }
}
