using Anyformer.Attention.LongConvolutions;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.LongConvolutions;

public sealed class CausalConvolutionTests
{
    private static readonly Gen<(int Batch, int Width, int Tokens)> s_sizes =
        from batch in Gen.Choose(1, 3) from width in Gen.Choose(1, 3) from tokens in Gen.Choose(1, 300) select (batch, width, tokens);

    [Fact]
    public void IsTheSumOverAllTokensSoFar() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var (values, filter) = (Tensors.Normal64(1, sizes.Batch, sizes.Width, sizes.Tokens), Tensors.Normal64(2, sizes.Width, sizes.Tokens));
        var (v, f) = (values.Numbers(), filter.Numbers());
        var expected = new double[v.Length];
        for (var row = 0; row < sizes.Batch * sizes.Width; row++)
            for (var t = 0; t < sizes.Tokens; t++)
                for (var s = 0; s <= t; s++)
                    expected[row * sizes.Tokens + t] += f[row % sizes.Width * sizes.Tokens + t - s] * v[row * sizes.Tokens + s];
        Tensors.AssertClose(expected, CausalConvolution.Of(values, filter), 1e-10);
    }, runs: 30);

    /// <summary>To the last bit, in results and in gradients.</summary>
    [Theory]
    [InlineData(50)]
    [InlineData(200)]
    public void NothingOfALaterTokenGetsToAnEarlierOne(int tokens)
    {
        using var scope = new TensorScope();
        var (values, filter) = (Tensors.Normal(1, 2, 3, tokens), Tensors.Normal(2, 3, tokens));
        foreach (var seen in new[] { 1, 17, 63, 64, 65, 128, 150 }.Where(seen => seen < tokens))
        {
            var changed = Functional.Cat([values.Narrow(2, 0, seen), Tensors.Normal(3, 2, 3, tokens - seen)], 2);
            Tensors.AssertSame(CausalConvolution.Of(values, filter).Narrow(2, 0, seen), CausalConvolution.Of(changed, filter).Narrow(2, 0, seen));
            var leaf = values.Clone();
            leaf.RequiresGrad = true;
            CausalConvolution.Of(leaf, filter).Select(2, seen - 1).Square().Sum().Backward();
            Assert.All(leaf.Grad!.Narrow(2, seen, tokens - seen).Numbers(), gradient => Assert.Equal(0, gradient));
        }
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var (values, filter) = (Tensors.Normal64(1, 1, 2, 150), Tensors.Normal64(2, 2, 150));
        (values.RequiresGrad, filter.RequiresGrad) = (true, true);
        FiniteDifferences.AssertGradients([values, filter], () => CausalConvolution.Of(values, filter).Square().Sum(), 1e-6);
    }
}
