using Anyformer.Attention.Kernels;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Kernels;

public sealed class CausalProductTests
{
    [Fact]
    public void ItIsASumOverThePast() => Property.Holds(Gen.Choose(1, 400).Zip(Gen.Choose(1, 5).Two()), drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, (features, width)) = drawn;
        var (queries, keys, values) = Draw(tokens, features, width);
        Tensors.AssertClose(Dense(queries, keys, values), CausalProduct.Of(queries, keys, values), 1e-9);
    }, runs: 30);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(300)]
    public void GradientsAreThoseOfTheSum(int tokens)
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = Draw(tokens, 3, 4);
        var weights = Tensors.Normal64(4, 2, 2, tokens, 4);
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        Tensor?[] Gradients(Tensor product) => Autograd.Grad([(product * weights).Sum()], [queries, keys, values]);
        foreach (var (expected, actual) in Gradients(Dense(queries, keys, values)).Zip(Gradients(CausalProduct.Of(queries, keys, values))))
            Tensors.AssertClose(expected!, actual!, 1e-9);
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var (queries, keys, values) = Draw(140, 2, 3);
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        FiniteDifferences.AssertGradients([queries, keys, values], () => CausalProduct.Of(queries, keys, values).Square().Mean());
    }

    [Fact]
    public void OnlyWhatAsksGetsAGradient()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = Draw(5, 2, 3);
        keys.RequiresGrad = true;
        CausalProduct.Of(queries, keys, values).Sum().Backward();
        Assert.NotNull(keys.Grad);
        Assert.Null(queries.Grad);
    }

    [Fact]
    public void TensorsMayLieInAnyOrder()
    {
        using var scope = new TensorScope();
        Tensor Turned(int seed) => Tensors.Normal64(seed, 2, 300, 3, 4).Transpose(1, 2);
        var (queries, keys, values) = (Turned(1), Turned(2), Turned(3));
        Tensors.AssertClose(Dense(queries, keys, values), CausalProduct.Of(queries, keys, values), 1e-9);
    }

    /// <summary>One token, what the kernel takes, elements that lie apart, and another type: each goes its own way.</summary>
    [Fact]
    public void WeightsAreThoseThatValuesAreSummedWith()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = Draw(140, 3, 4);
        var apart = values.Transpose(-2, -1).Contiguous().Transpose(-2, -1);
        foreach (var (q, k, v) in new[] { First(queries, keys, values), (queries, keys, values), (queries, keys, apart) })
        {
            var (sums, weights) = CausalProduct.Weighted(q, k, v);
            Tensors.AssertClose(Dense(q, k, v), sums, 1e-9);
            Tensors.AssertClose(Dense(q, k, v.NewFull([2, 2, v.Size(2), 1], 1)), weights, 1e-9);
            Tensors.AssertClose(sums, CausalProduct.Of(q, k, v), 1e-9);
        }

        var half = CausalProduct.Weighted(queries.To(DType.BFloat16), keys.To(DType.BFloat16), values.To(DType.BFloat16));
        Assert.Equal(DType.BFloat16, half.Sums.DType);
        Tensors.AssertClose(Dense(queries, keys, values) / 20, half.Sums / 20, 0.05);
        Assert.Equal([2, 2, 0, 4], CausalProduct.Weighted(queries.Narrow(2, 0, 0), keys.Narrow(2, 0, 0), values.Narrow(2, 0, 0)).Sums.Shape);

        static (Tensor, Tensor, Tensor) First(Tensor queries, Tensor keys, Tensor values) =>
            (queries.Narrow(2, 0, 1), keys.Narrow(2, 0, 1), values.Narrow(2, 0, 1));
    }

    private static (Tensor Queries, Tensor Keys, Tensor Values) Draw(int tokens, int features, int width) =>
        (Tensors.Normal64(1, 2, 2, tokens, features), Tensors.Normal64(2, 2, 2, tokens, features), Tensors.Normal64(3, 2, 2, tokens, width));

    private static Tensor Dense(Tensor queries, Tensor keys, Tensor values) => queries.MatMul(keys.Transpose(-2, -1)).Tril().MatMul(values);
}
