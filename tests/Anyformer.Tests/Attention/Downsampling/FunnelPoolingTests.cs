using Anyformer.Attention.Downsampling;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.Downsampling;

public sealed class FunnelPoolingTests
{
    [Theory]
    [InlineData(PoolingKind.Mean, true, true, new[] { 0.0, 1.5, 3.5 })]
    [InlineData(PoolingKind.Mean, true, false, new[] { 0.0, 1.5, 3.5, 5 })]
    [InlineData(PoolingKind.Mean, false, true, new[] { 0.5, 2.5, 4.5 })]
    [InlineData(PoolingKind.Max, true, true, new[] { 0.0, 2, 4 })]
    [InlineData(PoolingKind.Max, false, false, new[] { 1.0, 3, 5 })]
    [InlineData(PoolingKind.Min, true, false, new[] { 0.0, 1, 3, 5 })]
    public void TwoTokensBecomeOne(PoolingKind kind, bool hasClass, bool truncate, double[] expected)
    {
        using var scope = new TensorScope();
        var pooling = new FunnelPooling(kind, hasClass, truncate);
        var tokens = Functional.Arange(6, dtype: DType.Float64);
        Tensors.AssertClose(expected, pooling.Tokens(tokens.View([1, 6, 1]).Expand([2, -1, 3]))[1, .., 2]);
    }

    [Theory]
    [InlineData(true, new[] { 0.0, 1, 3, 5 }, new[] { 1.0, 1, 0, 0 })]
    [InlineData(false, new[] { 0.0, 2, 4, 6 }, new[] { 1.0, 1, 0, 0 })]
    public void TypesAreThoseOfTheFirstAndMasksOfAll(bool hasClass, double[] types, double[] mask)
    {
        using var scope = new TensorScope();
        var pooling = new FunnelPooling(PoolingKind.Mean, hasClass, Truncate: false);
        var places = Functional.Arange(7).Unsqueeze(0);
        Assert.Equal(types, pooling.Types(places).Numbers());
        Assert.Equal(mask, pooling.Mask(places < 4).Numbers());
    }

    [Theory]
    [InlineData(true, true, new[] { 7.0, 8, 8, 8, 8, 9, 9, 9, 9, 0 })]
    [InlineData(true, false, new[] { 7.0, 8, 8, 8, 8, 9, 9, 9, 9 })]
    [InlineData(false, false, new[] { 7.0, 7, 7, 7, 8, 8, 8, 8, 9, 9 })]
    public void PooledTokensSpreadOut(bool hasClass, bool truncate, double[] expected)
    {
        using var scope = new TensorScope();
        var pooling = new FunnelPooling(PoolingKind.Mean, hasClass, truncate);
        var pooled = Tensor.From([7.0, 8, 9], 1, 3, 1);
        Assert.Equal(expected, pooling.Spread(pooled, 4, expected.Length).Numbers());
        Assert.Equal([7.0, 8, 9], pooling.Spread(pooled, 1, 3).Numbers());
    }
}
