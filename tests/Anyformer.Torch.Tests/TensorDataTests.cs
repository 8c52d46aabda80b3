using System.Numerics;
using System.Runtime.InteropServices;

namespace Anyformer.Torch.Tests;

public sealed class TensorDataTests
{
    [Fact]
    public void EveryElementTypeGoesInAndComesOut()
    {
        RoundTrip([0.1f, float.NaN, float.MinValue], DType.Float32);
        RoundTrip([0.1, double.Epsilon, double.NegativeInfinity], DType.Float64);
        RoundTrip([long.MinValue, 0, long.MaxValue], DType.Int64);
        RoundTrip([int.MinValue, 0, int.MaxValue], DType.Int32);
        RoundTrip([short.MinValue, (short)0, short.MaxValue], DType.Int16);
        RoundTrip([sbyte.MinValue, (sbyte)0, sbyte.MaxValue], DType.Int8);
        RoundTrip([byte.MinValue, (byte)7, byte.MaxValue], DType.UInt8);
        RoundTrip([true, false, true], DType.Bool);
        RoundTrip([(Half)0.1f, Half.MaxValue, Half.Epsilon], DType.Float16);
        RoundTrip([new Complex(1, -2), new Complex(0, double.NaN), Complex.Zero], DType.Complex128);
    }

    [Fact]
    public void ShapesAreTakenFromTheArray()
    {
        Assert.Equal([3], Tensor.From([1, 2, 3]).Shape);
        Assert.Equal([3, 1], Tensor.From([1, 2, 3], 3, 1).Shape);
        Assert.Equal([], Tensor.From(5.0).Shape);
        Assert.Equal([0], Tensor.From(Array.Empty<float>()).Shape);

        var matrix = Tensor.From(new[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal([2, 3], matrix.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], matrix.ToArray<int>());

        var box = Tensor.From(new[, ,] { { { 1, 2 } }, { { 3, 4 } } });
        Assert.Equal([2, 1, 2], box.Shape);
        Assert.Equal([1, 2, 3, 4], box.ToArray<int>());
    }

    [Fact]
    public void AShapeThatDoesNotFitIsRefusedBeforeAnythingIsAllocated()
    {
        long[][] shapes = [[4], [-3], [-1, -3], [1L << 40], [long.MaxValue, long.MaxValue, long.MaxValue]];
        foreach (var shape in shapes)
        {
            var message = Assert.Throws<ArgumentException>(() => Tensor.From([1f, 2f, 3f], shape)).Message;

            Assert.Equal($"3 elements do not fill a tensor of shape [{string.Join(", ", shape)}].", message);
        }
    }

    [Fact]
    public void UnknownElementTypesAreNamed() =>
        Assert.Equal("No tensor element type corresponds to Char.", Assert.Throws<NotSupportedException>(() => Tensor.From(['a'])).Message);

    [Fact]
    public void BFloat16IsReadAndWrittenAsItsBits()
    {
        var x = Tensor.From([1f, -2f, 3.140625f]).To(DType.BFloat16);
        Assert.Equal<ushort>([0x3F80, 0xC000, 0x4049], x.ToArray<ushort>());

        x.AsSpan<ushort>()[0] = 0x4000;
        Assert.Equal([2f, -2f, 3.140625f], x.To(DType.Float32).ToArray<float>());
        Assert.Throws<InvalidOperationException>(() => x.ToArray<Half>());
    }

    [Fact]
    public void ASpanIsTheTensorsOwnMemory()
    {
        var x = Functional.Zeros([2, 2]);
        var view = x[1];

        x.AsSpan<float>()[3] = 5;
        view.AsSpan<float>()[0] = 4;

        Assert.Equal([0f, 0f, 4f, 5f], x.ToArray<float>());
    }

    [Fact]
    public void ASpanNeedsTheRightTypeAndNoHoles()
    {
        var x = Functional.Zeros([2, 3]);

        Assert.Equal(
            "The tensor holds Float32, elements of Double were asked for.",
            Assert.Throws<InvalidOperationException>(() => x.AsSpan<double>().Length).Message);
        Assert.Throws<InvalidOperationException>(() => x.T().AsSpan<float>().Length);
        Assert.Throws<InvalidOperationException>(() => Functional.Zeros([2], layout: Layout.Sparse).AsSpan<float>().Length);
        Assert.Equal(0, Functional.Zeros([0, 3]).AsSpan<float>().Length);
    }

    [Fact]
    public void NonContiguousTensorsAreReadInRowMajorOrder()
    {
        var x = Functional.Arange(6).Reshape([2, 3]);

        Assert.False(x.T().IsContiguous);
        Assert.Equal([1, 3], x.T().Strides);
        Assert.Equal([0, 3, 1, 4, 2, 5], x.T().ToArray<long>());
        Assert.Equal([1, 4], x[.., 1].ToArray<long>());
        Assert.Equal([7, 7, 7], Tensor.From([7L]).Expand([3]).ToArray<long>());
    }

    [Fact]
    public void ConjugatesAndNegativesThatAreOnlyMarkedAreReadAsTheyAre()
    {
        var x = Tensor.From([new Complex(1, 2), new Complex(3, -4)]);

        Assert.Equal([new Complex(1, -2), new Complex(3, 4)], x.Conj().ToArray<Complex>());
        Assert.Equal([-2.0, 4.0], x.Conj().Imag().ToArray<double>());
        Assert.Throws<InvalidOperationException>(() => x.Conj().AsSpan<Complex>().Length);
    }

    [Fact]
    public void ForeignMemoryIsUsedWithoutACopy()
    {
        using var memory = new OwnedMemory([1f, 2f, 3f, 4f]);
        var x = Tensor.FromMemory(memory.Address, DType.Float32, [2, 2], memory);

        memory.Elements[1] = 20;
        x.MulInPlace(2);

        Assert.Equal([2f, 40f, 6f, 8f], memory.Elements);
        Assert.Equal([2, 2], x.Shape);
        x.Dispose();
    }

    [Fact]
    public void TheOwnerIsReleasedWhenTheLastViewIsGone()
    {
        var memory = new OwnedMemory([1f, 2f]);
        var x = Tensor.FromMemory(memory.Address, DType.Float32, [2], memory);
        var view = x[1..];

        x.Dispose();
        Assert.Equal(0, memory.Releases);
        Assert.Equal(2f, view.Item<float>());

        view.Dispose();
        Assert.Equal(1, memory.Releases);
    }

    [Fact]
    public void TheGraphKeepsTheOwnerToo()
    {
        var memory = new OwnedMemory([3f]);
        var x = Tensor.FromMemory(memory.Address, DType.Float32, [1], memory);
        var weight = Tensor.From([2f]);
        weight.RequiresGrad = true;
        var product = weight * x;

        x.Dispose();
        Assert.Equal(0, memory.Releases);
        product.Backward();

        Assert.Equal(1, memory.Releases);
        Assert.Equal(3f, weight.Grad!.Item<float>());
    }

    [Fact]
    public void AFailedBorrowLeavesTheOwnerAlone()
    {
        using var memory = new OwnedMemory([1f]);

        Assert.Throws<TorchException>(() => Tensor.FromMemory(memory.Address, DType.Float32, [-1], memory));

        Assert.Equal(0, memory.Releases);
    }

    [Fact]
    public void OneElementIsReadAsANumber()
    {
        Assert.Equal(2.5, Tensor.From(2.5f).Item<double>());
        Assert.Equal(2.5f, Tensor.From(new[,] { { 2.5 } }).Item<float>());
        Assert.Equal(2, Tensor.From(2.9).Item<int>());
        Assert.Equal(-3L, Tensor.From((sbyte)-3).Item<long>());
        Assert.Equal(3.0, Tensor.From(3L).Item<double>());
        Assert.True(Tensor.From(2).Item<bool>());
        Assert.False(Tensor.From(0.0).Item<bool>());
        Assert.Equal(1, Tensor.From(true).Item<int>());
    }

    [Fact]
    public void OnlyOneElementIsReadAsANumber()
    {
        Assert.Contains("a Tensor with 2 elements cannot be converted to Scalar",
            Assert.Throws<TorchException>(() => Functional.Zeros([2]).Item<float>()).Message);
        Assert.Throws<TorchException>(() => Functional.Zeros([0]).Item<float>());
        Assert.Throws<OverflowException>(() => Tensor.From(1L << 40).Item<int>());
        Assert.Throws<NotSupportedException>(() => Tensor.From(1L).Item<short>());
    }

    [Fact]
    public void ConversionKeepsTheObjectWhenThereIsNothingToConvert()
    {
        var x = Tensor.From([1.9, -1.9]);

        Assert.Same(x, x.To(DType.Float64));
        Assert.Same(x, x.To(Device.Cpu));
        Assert.Same(x, x.Cpu());
        Assert.Equal([1L, -1L], x.To(DType.Int64).ToArray<long>());
        Assert.Equal([1.9, -1.9], x.ToArray<double>());
    }

    [Fact]
    public void FactsAboutATensor()
    {
        var x = Functional.Zeros([2, 3, 4], DType.Int16);

        Assert.Equal(3, x.Dimensions);
        Assert.Equal(24, x.ElementCount);
        Assert.Equal([12, 4, 1], x.Strides);
        Assert.Equal((3, 4), (x.Size(1), x.Size(-1)));
        Assert.Equal(DType.Int16, x.DType);
        Assert.Equal(Device.Cpu, x.Device);
        Assert.Equal(Layout.Strided, x.Layout);
        Assert.True(x is { IsContiguous: true, IsLeaf: true, RequiresGrad: false, Grad: null, GradFunction: null });
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Size(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Size(-4));
    }

    [Fact]
    public void SetDataReplacesTheElementsUnderAnIdentity()
    {
        var x = Functional.Zeros([2]);
        var other = Tensor.From([1f, 2f, 3f]);

        x.SetData(other);
        other.AddInPlace(1);

        Assert.Equal([2f, 3f, 4f], x.ToArray<float>());
    }

    private static void RoundTrip<T>(T[] elements, DType dtype) where T : unmanaged
    {
        var tensor = Tensor.From(elements);

        Assert.Equal(dtype, tensor.DType);
        Assert.Equal(dtype.ElementSize(), Marshal.SizeOf(elements.GetType().GetElementType() == typeof(bool) ? typeof(byte) : typeof(T)));
        Assert.Equal(elements, tensor.ToArray<T>());
    }

    private sealed class OwnedMemory : IDisposable
    {
        private readonly GCHandle _pin;

        public OwnedMemory(float[] elements)
        {
            Elements = elements;
            _pin = GCHandle.Alloc(elements, GCHandleType.Pinned);
        }

        public float[] Elements { get; }

        public int Releases { get; private set; }

        public nint Address => _pin.AddrOfPinnedObject();

        public void Dispose()
        {
            if (Releases++ == 0)
                _pin.Free();
        }
    }
}
