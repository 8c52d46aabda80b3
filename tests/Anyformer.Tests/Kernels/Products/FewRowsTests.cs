using System.Runtime.Intrinsics;
using Anyformer.Kernels.Products;
using Anyformer.Kernels.Vectors;
using Anyformer.Modules;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Kernels.Products;

public sealed class FewRowsTests
{
    [Fact]
    public void EqualsTheCompositionWithRegistersOfEveryWidth() => Property.Holds(
        from rows in Gen.Choose(1, FewRows.MostRows)
        from inputs in Gen.Choose(1, 150)
        from outputs in Gen.Choose(1, 40)
        from bias in Gen.Elements(true, false)
        select (rows, inputs, outputs, bias), drawn =>
        {
            using var scope = new TensorScope();
            using var unrecorded = Autograd.NoGrad();
            var (weight, bias) = (Tensors.Normal64(1, drawn.outputs, drawn.inputs), drawn.bias ? Tensors.Normal64(2, drawn.outputs) : null);
            var input = Tensors.Normal64(3, drawn.inputs, drawn.rows).Transpose(0, 1);
            var expected = Functional.Linear(input, weight, bias);
            var (x, w, b) = (input.To(DType.Float32), weight.To(DType.Float32), bias?.To(DType.Float32));
            Assert.True(FewRows.Takes(x, w, b) && FewRows.Takes(input, weight, bias));
            Tensors.AssertClose(expected, FewRows.Multiply(input, weight, bias), 1e-12);
            Tensors.AssertClose(expected, FewRows.Multiply<float, Vector512<float>, Lanes512<float>>(x, w, b), 1e-4);
            Tensors.AssertClose(expected, FewRows.Multiply<float, Vector256<float>, Lanes256<float>>(x, w, b), 1e-4);
            Tensors.AssertClose(expected, FewRows.Multiply<float, Vector128<float>, Lanes128<float>>(x, w, b), 1e-4);
        }, runs: 150);

    [Fact]
    public void MoreRowsAndRecordedOnesAreLeftToLibtorch()
    {
        using var scope = new TensorScope();
        var (weight, input) = (Tensors.Normal(1, 5, 6), Tensors.Normal(2, FewRows.MostRows, 6));
        Assert.False(FewRows.Takes(input, weight, null));
        using var unrecorded = Autograd.NoGrad();
        Assert.True(FewRows.Takes(input, weight, null));
        Assert.False(FewRows.Takes(Tensors.Normal(2, FewRows.MostRows + 1, 6), weight, null));
        Assert.False(FewRows.Takes(input, weight.To(DType.Float64), null));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void ABiasOfAnotherSizeIsLibtorchsError(int size)
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var (weight, input, bias) = (Tensors.Normal(1, 5, 6), Tensors.Normal(2, 3, 6), Tensors.Normal(3, size));
        Assert.False(FewRows.Takes(input, weight, bias));
        Assert.Throws<TorchException>(() => Linear.Map(input, weight, bias));
    }

    [Fact]
    public void ABiasOfOneNumberIsSpreadAsLibtorchDoes()
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var (weight, input, bias) = (Tensors.Normal(1, 5, 6), Tensors.Normal(2, 3, 6), Tensors.Normal(3, 1));
        Tensors.AssertClose(Linear.Map(input, weight, null) + bias, Linear.Map(input, weight, bias), 1e-6);
    }
}
