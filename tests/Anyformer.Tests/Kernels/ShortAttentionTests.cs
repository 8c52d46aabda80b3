using Anyformer.Attention.Softmax;
using Anyformer.Kernels;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Kernels;

[Collection(DefaultGenerator.Name)]
public class ShortAttentionTests
{
    private sealed record Sizes(int Batch, int Heads, int Queries, int Keys, int Width, int ValueWidth, bool Masked, bool TokensOutside = false);

    private static FsCheck.Gen<Sizes> RandomSizes =>
        from batch in Gen.Choose(1, 3)
        from heads in Gen.Choose(1, 4)
        from queries in Gen.Choose(1, 20)
        from keys in Gen.Choose(1, 44)
        from width in Gen.Choose(1, 40)
        from valueWidth in Gen.Choose(1, 40)
        from masked in Gen.Elements(false, true)
        from tokensOutside in Gen.Elements(false, true)
        select new Sizes(batch, heads, queries, keys, width, valueWidth, masked, tokensOutside);

    [Fact]
    public void EqualsTheCompositionOfOperatorsForwardAndBackward() => Property.Holds(RandomSizes, sizes =>
    {
        using var scope = new TensorScope();
        var (queries, keys, values, mask) = Inputs(sizes, DType.Float32);
        Assert.True(ShortAttention.Takes(queries, keys, values));
        var kernel = new ShortAttention(0, mask).Apply(queries, keys, values)[0];
        var composed = new SoftmaxAttention().Compose(queries, keys, values, mask);
        AssertClose(composed, kernel);

        var probe = composed.RandnLike();
        var expected = Autograd.Grad([composed], [queries, keys, values], [probe]);
        var actual = Autograd.Grad([kernel], [queries, keys, values], [probe]);
        for (var i = 0; i < expected.Length; i++)
            AssertClose(expected[i]!, actual[i]!);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void HeadsAreJoinedWithoutACopy(bool tokensOutside)
    {
        using var scope = new TensorScope();
        var (queries, keys, values, _) = Inputs(new Sizes(3, 2, 4, 5, 8, 6, false, tokensOutside), DType.Float32);
        var contexts = new ShortAttention(0, null).Apply(queries, keys, values)[0].Transpose(1, 2);
        Assert.Equal([3L, 4, 2, 6], contexts.Shape);
        Assert.True((tokensOutside ? contexts.Transpose(0, 1) : contexts).IsContiguous);
    }

    [Theory]
    [InlineData(0.0, false, 2)]
    [InlineData(0.0, true, 2)]
    [InlineData(0.4, true, 2)]
    [InlineData(0.0, true, 7)]
    [InlineData(0.4, false, 7)]
    public void GradientsAreThoseOfFiniteDifferences(double dropout, bool masked, int keyCount)
    {
        using var scope = new TensorScope();
        var (queries, keys, values, mask) = Inputs(new Sizes(2, 2, 3, keyCount, 4, 3, masked, false), DType.Float64);
        // Few keys and many take different passes.
        Assert.Equal(keyCount >= System.Numerics.Vector<double>.Count, NarrowAttentionPass<double>.Takes(queries, keys, values));
        GradientCheck.Assert(inputs => Seeded(() => new ShortAttention(dropout, mask).Apply(inputs[0], inputs[1], inputs[2])[0]), queries, keys, values);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.4)]
    public void DerivativesOfDerivativesAreThoseOfFiniteDifferences(double dropout)
    {
        using var scope = new TensorScope();
        var (queries, keys, values, mask) = Inputs(new Sizes(1, 2, 3, 4, 3, 2, true), DType.Float64);
        var probe = Functional.Randn([1, 2, 3, 2], DType.Float64);
        GradientCheck.Assert(
            inputs =>
            {
                var output = Seeded(() => new ShortAttention(dropout, mask).Apply(inputs[0], inputs[1], inputs[2])[0]);
                var gradients = Autograd.Grad([output], inputs, [probe], createGraph: true);
                return gradients[0]!.Square().Sum() + gradients[1]!.Square().Sum() + gradients[2]!.Square().Sum();
            },
            queries, keys, values);
    }

    [Fact]
    public void DropoutDropsTheShareItShouldAndKeepsTheMean()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(3);
        var zeros = Functional.Zeros([40, 4, 20, 8]);
        var ones = Functional.Ones([40, 4, 20, 1]);
        // Equal scores and values of one: an output is the mean of the kept weights.
        var outputs = new ShortAttention(0.25, null).Apply(zeros, zeros, ones)[0].ToArray<float>();
        Assert.Equal(1.0, outputs.Average(), 2);
        Assert.All(outputs, output => Assert.Equal(Math.Round(output * 0.75 * 20), output * 0.75 * 20, 3));
    }

    [Fact]
    public void LeavesLongSequencesHalfPrecisionAndStridedWidthsToTheOperators()
    {
        using var scope = new TensorScope();
        var few = Functional.Randn([1, 1, 8, 4]);
        var many = Functional.Randn([1, 1, 400, 4]);
        Assert.False(ShortAttention.Takes(many, many, many));
        Assert.False(ShortAttention.Takes(few.To(DType.BFloat16), few.To(DType.BFloat16), few.To(DType.BFloat16)));
        Assert.False(ShortAttention.Takes(few.Transpose(2, 3), few, few));
    }

    private static (Tensor Queries, Tensor Keys, Tensor Values, Tensor? Mask) Inputs(Sizes sizes, DType dtype)
    {
        var mask = Functional.Rand([sizes.Queries, sizes.Keys]) > 0.4;
        mask[.., 0] = Tensor.From(true);
        return (Heads(sizes, sizes.Queries, sizes.Width, dtype), Heads(sizes, sizes.Keys, sizes.Width, dtype),
            Heads(sizes, sizes.Keys, sizes.ValueWidth, dtype), sizes.Masked ? mask : null);
    }

    /// <summary>Strided as projections leave it: heads inside tokens, and those inside the samples or outside.</summary>
    private static Tensor Heads(Sizes sizes, int tokens, int width, DType dtype)
    {
        var heads = sizes.TokensOutside
            ? Functional.Randn([tokens, sizes.Batch, sizes.Heads, width], dtype).Permute([1, 2, 0, 3])
            : Functional.Randn([sizes.Batch, tokens, sizes.Heads, width], dtype).Transpose(1, 2);
        heads.RequiresGrad = true;
        return heads;
    }

    private static Tensor Seeded(Func<Tensor> draw)
    {
        TorchRuntime.ManualSeed(11);
        return draw();
    }

    private static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.True(expected.AllClose(actual, 1e-4, 1e-5), $"largest difference {(expected - actual).Abs().Max().Item<float>()}");
}
