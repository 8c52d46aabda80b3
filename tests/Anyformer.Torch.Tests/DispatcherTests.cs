namespace Anyformer.Torch.Tests;

public sealed class DispatcherTests
{
    private static readonly Tensor X = Tensor.From([1.0, 2.0, 3.0, 4.0], 2, 2);

    [Fact]
    public void OperatorsAreKnownByName()
    {
        Assert.Contains("aten::add.Tensor", Dispatcher.OperatorNames());
        Assert.True(Dispatcher.Has("aten::add.Tensor"));
        Assert.False(Dispatcher.Has("aten::add.Tensors"));
        Assert.Equal("aten::relu(Tensor self) -> Tensor", Dispatcher.Schema("aten::relu"));
    }

    [Fact]
    public void AnUnknownOperatorIsNamed()
    {
        var expected = $"this libtorch ({TorchRuntime.Version}) has no operator aten::no_such.Thing";

        Assert.Equal(expected, Assert.Throws<TorchException>(() => Dispatcher.Call("aten::no_such.Thing", X)).Message);
        Assert.Equal(expected, Assert.Throws<TorchException>(() => Dispatcher.Schema("aten::no_such.Thing")).Message);
    }

    [Fact]
    public void Tensors() => Assert.Equal([2.0, 4.0, 6.0, 8.0], One<Tensor>("aten::add.Tensor", X, X).ToArray<double>());

    [Fact]
    public void NullForAnOptionalTensor()
    {
        var bias = Tensor.From([1.0, 2.0]);

        Assert.Equal([7.0, 10.0, 15.0, 22.0], One<Tensor>("aten::linear", X, X.T(), null).ToArray<double>());
        Assert.Equal([8.0, 12.0, 16.0, 24.0], One<Tensor>("aten::linear", X, X.T(), bias).ToArray<double>());
    }

    [Fact]
    public void ObjectsOfLibtorchsOwnClasses()
    {
        var weight = One<Tensor>("aten::quantize_per_tensor", Tensor.From([1f, 2f, 3f, 4f], 2, 2), 1.0, 0, 12);
        var packed = One<TorchObject>("quantized::linear_prepack", weight, null);

        Assert.Equal([3f, 7f], One<Tensor>("quantized::linear_dynamic", Tensor.From([1f, 1f], 1, 2), packed, true).ToArray<float>());
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Dispatcher.Call("quantized::linear_dynamic", Tensor.From([1f, 1f], 1, 2), packed, true));
    }

    [Fact]
    public void TensorLists()
    {
        Assert.Equal([2, 4], One<Tensor>("aten::cat", new[] { X, X }, 1).Shape);
        Assert.Equal(2, One<Tensor[]>("aten::unbind.int", X).Length);
    }

    [Fact]
    public void ListsWithMissingTensors()
    {
        var columns = Tensor.From([1L]);

        Assert.Equal([2.0, 4.0], One<Tensor>("aten::index.Tensor", X, new[] { null, columns }).ToArray<double>());
        Assert.Equal([3.0, 4.0], One<Tensor>("aten::index.Tensor", X, new[] { columns }).ToArray<double>());
    }

    [Fact]
    public void Integers()
    {
        Assert.Equal([1, 2, 2], One<Tensor>("aten::unsqueeze", X, 0).Shape);
        Assert.Equal([2, 2, 1], One<Tensor>("aten::unsqueeze", X, -1L).Shape);
        Assert.Equal(2L, One<long>("aten::size.int", X, 1));
    }

    [Fact]
    public void IntegerLists()
    {
        Assert.Equal([4, 1], One<Tensor>("aten::reshape", X, new[] { 4, 1 }).Shape);
        Assert.Equal([4, 1], One<Tensor>("aten::reshape", X, new long[] { 4, 1 }).Shape);
        Assert.Equal([4.0, 6.0], One<Tensor>("aten::sum.dim_IntList", X, new long[] { 0 }).ToArray<double>());
        Assert.Equal(10.0, One<Tensor>("aten::sum.dim_IntList", X, null).Item<double>());
    }

    [Fact]
    public void Reals()
    {
        var y = X + 0.01;

        Assert.True(One<bool>("aten::allclose", X, y, 0.0, 0.1));
        Assert.True(One<bool>("aten::allclose", X, y, 0f, 0.1f));
        Assert.False(One<bool>("aten::allclose", X, y, 0.0, 0.001));
    }

    [Fact]
    public void AWholeNumberIsAFineReal()
    {
        Assert.True(One<bool>("aten::allclose", X, X + 1, 0, 2));
        Assert.Equal(5.0, One<Tensor>("aten::nan_to_num", Tensor.From(double.NaN), 5).Item<double>());
    }

    [Fact]
    public void RealLists()
    {
        var row = Tensor.From([1.0, 2.0], 1, 1, 2);

        Assert.Equal([1.0, 1.0, 2.0, 2.0], One<Tensor>("aten::upsample_nearest1d.vec", row, null, new[] { 2.0 }).ToArray<double>());
        Assert.Equal([1.0, 1.0, 2.0, 2.0], One<Tensor>("aten::upsample_nearest1d.vec", row, null, new[] { 2f }).ToArray<double>());
    }

    [Fact]
    public void TruthValues() => Assert.Equal([2, 1], One<Tensor>("aten::sum.dim_IntList", X, new[] { 1 }, true).Shape);

    [Fact]
    public void ListsOfTruthValuesAndMissingResults()
    {
        var (output, mean, deviation) = Functional.NativeLayerNorm(X, [2], null, null, 0);

        var weight = Functional.Ones([2], DType.Float64);
        bool[] wanted = [false, true, false];

        var gradients = Dispatcher.Call(
            "aten::native_layer_norm_backward", output.OnesLike(), X, new long[] { 2 }, mean, deviation, weight, null, wanted);

        Assert.Null(gradients[0]);
        Assert.Equal([-2.0, 2.0], ((Tensor)gradients[1]!).ToArray<double>());
        Assert.Null(gradients[2]);
    }

    [Fact]
    public void ScalarsOfEachKind()
    {
        Assert.Equal([3.0, 4.0, 5.0, 6.0], One<Tensor>("aten::add.Scalar", X, 2).ToArray<double>());
        Assert.Equal([1.5, 2.5, 3.5, 4.5], One<Tensor>("aten::add.Scalar", X, (Scalar)0.5).ToArray<double>());
        Assert.Equal(DType.Bool, One<Tensor>("aten::full", new[] { 1 }, true).DType);
        Assert.Equal(3L, One<long>("aten::item", Tensor.From(3L)));
        Assert.Equal(0.5, One<double>("aten::item", Tensor.From(0.5f)));
        Assert.True(One<bool>("aten::item", Tensor.From(true)));
    }

    [Fact]
    public void ScalarLists()
    {
        var sums = One<Tensor[]>("aten::_foreach_add.ScalarList", new[] { X, Tensor.From([1L]) }, new Scalar[] { 0.5, 2 });

        Assert.Equal([1.5, 2.5, 3.5, 4.5], sums[0].ToArray<double>());
        Assert.Equal([3L], sums[1].ToArray<long>());
    }

    [Fact]
    public void Texts() =>
        Assert.Equal(0.841191991, One<Tensor>("aten::gelu", Tensor.From([1.0]), "tanh").Item<double>(), 1e-9);

    [Fact]
    public void ElementTypesDevicesLayoutsAndMemoryFormats()
    {
        var zeros = One<Tensor>("aten::zeros", new[] { 2 }, DType.Int16, Layout.Strided, Device.Cpu, false);
        Assert.Equal(DType.Int16, zeros.DType);
        Assert.Equal((long)DType.Float64, One<long>("aten::result_type.Tensor", X, zeros));

        var image = Functional.Zeros([1, 3, 2, 2]);
        Assert.Equal([12, 1, 6, 3], One<Tensor>("aten::clone", image, MemoryFormat.ChannelsLast).Strides);
    }

    [Fact]
    public void Generators()
    {
        using var first = new Generator(3);
        using var second = new Generator(3);
        var shape = new long[] { 4 };

        Assert.Equal(
            One<Tensor>("aten::rand.generator", shape, first).ToArray<float>(),
            One<Tensor>("aten::rand.generator", shape, second).ToArray<float>());
    }

    [Fact]
    public void SeveralResultsOrNone()
    {
        var results = Dispatcher.Call("aten::max.dim", X, 1);
        Assert.Equal([2.0, 4.0], ((Tensor)results[0]!).ToArray<double>());
        Assert.Equal([1L, 1L], ((Tensor)results[1]!).ToArray<long>());

        Assert.Empty(Dispatcher.Call("aten::_foreach_zero_", new object?[] { new[] { X.Clone() } }));
    }

    [Fact]
    public void WhatIsNoArgumentIsRefused()
    {
        var message = Assert.Throws<ArgumentException>(() => Dispatcher.Call("aten::relu", DateTime.UnixEpoch)).Message;
        Assert.Equal("An argument of type DateTime cannot be passed to an operator.", message);
        Assert.Throws<TorchException>(() => Dispatcher.Call("aten::relu", "text"));
        Assert.Throws<TorchException>(() => Dispatcher.Call("aten::relu", (object?)null));
        Assert.Throws<TorchException>(() => Dispatcher.Call("aten::unsqueeze", X, "dimension"));
        var tooFew = Assert.Throws<TorchException>(() => Dispatcher.Call("aten::unsqueeze", X));
        Assert.Contains("argument 'dim' has no default", tooFew.Message);
        var tooMany = Assert.Throws<TorchException>(() => Dispatcher.Call("aten::relu", X, 1));
        Assert.Contains("takes 1 arguments, argument 2 was given", tooMany.Message);
    }

    private static T One<T>(string name, params object?[] arguments) => Assert.IsType<T>(Assert.Single(Dispatcher.Call(name, arguments)));
}
