using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Inspection;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention;

public sealed class SoftmaxAttentionTests
{
    private static readonly Gen<Sizes> s_sizes =
        from outer in Gen.Choose(1, 3).Two()
        from tokens in Gen.Choose(1, 7).Two()
        from width in Gen.Choose(1, 5)
        from masked in Gen.Elements(true, false)
        select new Sizes(outer.Item1, outer.Item2, tokens.Item1, tokens.Item2, width, masked);

    private readonly SoftmaxAttention _attention = new();

    [Fact]
    public void AgreesWithAPlainLoop() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = sizes.Draw();
        var mask = sizes.IsMasked ? AttentionMask.OfPairs(sizes.Mask()) : null;
        var context = _attention.Call(queries, keys, values, mask);
        Assert.Equal([sizes.Batch, sizes.Heads, sizes.Queries, sizes.Width], context.Shape);
        Tensors.AssertClose(sizes.Loop(queries.Numbers(), keys.Numbers(), values.Numbers(), mask?.Pairs!.Numbers()), context);
    }, runs: 60);

    [Fact]
    public void MaskedKeysDoNotMatter()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = new Sizes(2, 3, 4, 6, 5, true).Draw();
        // The last two keys of the second sample are padding.
        var real = Functional.Ones([2, 6], DType.Bool);
        real[1, 4..] = Tensor.From(false);
        var mask = AttentionMask.OfKeys(real);
        var before = _attention.Call(queries, keys, values, mask);
        keys[1, .., 4..] = Tensor.From(1e3f);
        values[1, .., 4..] = Tensor.From(-1e3f);
        Tensors.AssertSame(before, _attention.Call(queries, keys, values, mask));
        Tensors.AssertClose(_attention.Call(queries[1..], keys[1.., .., ..4], values[1.., .., ..4]), before[1..], 1e-6);
    }

    [Fact]
    public void NothingLeaksFromTheFutureThroughACausalMask()
    {
        const int tokens = 5;
        var (queries, keys, values) = new Sizes(1, 2, tokens, tokens, 3, false).Draw();
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        for (var seen = 0; seen < tokens; seen++)
        {
            using var scope = new TensorScope();
            queries.Grad = keys.Grad = values.Grad = null;
            _attention.Call(queries, keys, values, AttentionMask.Causal)[.., .., seen].Square().Sum().Backward();
            foreach (var input in new[] { queries, keys, values })
                Assert.All(input.Grad![.., .., (seen + 1)..].Numbers(), gradient => Assert.Equal(0, gradient));
            Assert.Contains(values.Grad![.., .., seen].Numbers(), gradient => gradient != 0);
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(5, 16)]
    [InlineData(60, 8)]
    public void AQueryThatSeesNothingGetsZerosAndGivesNoGradient(int tokens, int width)
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = new Sizes(2, 2, tokens, tokens, width, true).Draw();
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        // All keys of the second sample are padding.
        var real = Functional.Ones([2, tokens], DType.Bool);
        real[1] = Tensor.From(false);
        var context = _attention.Call(queries, keys, values, AttentionMask.OfKeys(real));
        Assert.All(context[1].Numbers(), value => Assert.Equal(0, value));
        context.Square().Sum().Backward();
        foreach (var input in new[] { queries, keys, values })
        {
            Assert.All(input.Grad![1].Numbers(), gradient => Assert.Equal(0, gradient));
            Assert.All(input.Grad[0].Numbers(), gradient => Assert.True(double.IsFinite(gradient)));
        }
    }

    [Fact]
    public void SamplesAndHeadsDoNotSeeEachOther()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = new Sizes(3, 2, 4, 5, 3, false).Draw();
        var alone = _attention.Call(queries[1..2, 1..], keys[1..2, 1..], values[1..2, 1..]);
        Tensors.AssertClose(alone, _attention.Call(queries, keys, values)[1..2, 1..], 1e-6);
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var (queries, keys, values) = (Tensors.Normal64(1, 2, 2, 3, 4), Tensors.Normal64(2, 2, 2, 5, 4), Tensors.Normal64(3, 2, 2, 5, 4));
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        var mask = AttentionMask.OfPairs(Functional.Ones([3, 5], DType.Bool).Tril(1));
        FiniteDifferences.AssertGradients([queries, keys, values], () => _attention.Call(queries, keys, values, mask).Square().Sum());
    }

    [Fact]
    public void WeightsAreOfferedForInspection()
    {
        using var scope = new TensorScope();
        using var recorder = new Recorder();
        var (queries, keys, values) = new Sizes(1, 2, 3, 4, 5, false).Draw();
        _attention.Call(queries, keys, values);
        var weights = Assert.Single(recorder.Named("weights"));
        Assert.Equal([1L, 2, 3, 4], weights.Shape);
        Tensors.AssertClose(Functional.Ones([1, 2, 3]), weights.Sum([-1]), 1e-6);
    }

    [Fact]
    public void DropoutThinsTheWeightsOnlyInTraining()
    {
        using var scope = new TensorScope();
        var attention = new SoftmaxAttention(dropout: 1);
        var (queries, keys, values) = new Sizes(1, 1, 2, 3, 4, false).Draw();
        Assert.All(attention.Call(queries, keys, values).Numbers(), value => Assert.Equal(0, value));
        attention.Eval();
        Tensors.AssertSame(_attention.Call(queries, keys, values), attention.Call(queries, keys, values));
    }

    private sealed record Sizes(int Batch, int Heads, int Queries, int Keys, int Width, bool IsMasked)
    {
        public (Tensor Queries, Tensor Keys, Tensor Values) Draw() =>
            (Tensors.Normal(1, Batch, Heads, Queries, Width), Tensors.Normal(2, Batch, Heads, Keys, Width),
                Tensors.Normal(3, Batch, Heads, Keys, Width));

        /// <summary>A mask for each sample; every query sees the first key.</summary>
        public Tensor Mask()
        {
            var mask = Tensors.Normal(4, Batch, 1, Queries, Keys) > 0;
            mask[.., .., .., 0] = Tensor.From(true);
            return mask;
        }

        public double[] Loop(double[] queries, double[] keys, double[] values, double[]? mask)
        {
            var context = new double[Batch * Heads * Queries * Width];
            for (var head = 0; head < Batch * Heads; head++)
                for (var query = 0; query < Queries; query++)
                {
                    var scores = Enumerable.Range(0, Keys).Select(key => mask is null || mask[(head / Heads * Queries + query) * Keys + key] != 0
                        ? Enumerable.Range(0, Width).Sum(i =>
                            queries[(head * Queries + query) * Width + i] * keys[(head * Keys + key) * Width + i]) / Math.Sqrt(Width)
                        : double.NegativeInfinity).Select(Math.Exp).ToArray();
                    for (var i = 0; i < Width; i++)
                        context[(head * Queries + query) * Width + i] =
                            Enumerable.Range(0, Keys).Sum(key => scores[key] * values[(head * Keys + key) * Width + i]) / scores.Sum();
                }

            return context;
        }
    }
}
