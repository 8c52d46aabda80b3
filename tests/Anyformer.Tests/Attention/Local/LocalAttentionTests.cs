using Anyformer.Attention;
using Anyformer.Attention.Local;
using Anyformer.Attention.Softmax;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Local;

public sealed class LocalAttentionTests
{
    private static readonly Gen<Sizes> s_sizes =
        from outer in Gen.Choose(1, 2).Two()
        from tokens in Gen.Choose(1, 23)
        from window in Gen.Choose(1, 7)
        from reach in Gen.Choose(0, 3).Two()
        from rules in Gen.Elements(false, true).Three()
        from padding in Gen.Choose(0, 3)
        select new Sizes(outer.Item1, outer.Item2, tokens,
            new LocalAttentionOptions { Window = window, Backward = reach.Item1, Forward = reach.Item2, Exact = rules.Item1, SharedKeys = rules.Item2 },
            rules.Item3, Math.Min(padding, tokens - 1));

    [Fact]
    public void AgreesWithAPlainLoop() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = sizes.Draw();
        var context = new LocalAttention(sizes.Options).Call(queries, keys, values, sizes.Mask());
        Tensors.AssertClose(sizes.Loop(queries, keys, values), sizes.Real(context), 1e-9);
    }, runs: 100);

    [Fact]
    public void WindowsLargerThanASampleMakeItSoftmaxAttention()
    {
        using var scope = new TensorScope();
        var sizes = new Sizes(2, 3, 13, new LocalAttentionOptions { Window = 50 }, IsCausal: false, Padding: 3);
        var (queries, keys, values) = sizes.Draw();
        foreach (var mask in new[] { null, AttentionMask.Causal, sizes.Mask() })
            Tensors.AssertClose(new SoftmaxAttention().Call(queries, keys, values, mask),
                new LocalAttention(sizes.Options).Call(queries, keys, values, mask), 1e-9);
    }

    [Theory]
    [InlineData(LocalPositions.Rotary, 3, 12)]
    [InlineData(LocalPositions.Rotary, 40, 7)]
    [InlineData(LocalPositions.Xpos, 3, 12)]
    public void PlacesAreRelative(LocalPositions positions, int window, int tokens)
    {
        using var scope = new TensorScope();
        var attention = new LocalAttention(new LocalAttentionOptions { Window = window, Positions = positions, Scale = 1 });
        // Every token has the same query and key: what is left of the scores is a function of the distance, seen through one-hot values.
        var query = Tensors.Normal64(1, 1, 1, 1, 6).Expand([1, 1, tokens, 6]);
        var key = Tensors.Normal64(2, 1, 1, 1, 6).Expand([1, 1, tokens, 6]);
        var weights = attention.Call(query, key, Functional.Eye(tokens, DType.Float64).View([1, 1, tokens, tokens]), AttentionMask.Causal)[0, 0].Numbers();
        double Ratio(int row, int distance) => weights[row * tokens + row - distance] / weights[row * tokens + row];
        for (var row = 2; row < tokens; row++)
            for (var distance = 1; distance <= 2; distance++)
                Assert.Equal(1, Ratio(row, distance) / Ratio(2, distance), 1e-5);
        Assert.NotEqual(Ratio(2, 1), Ratio(2, 2), 1e-3);
    }

    [Fact]
    public void CircularWindowsHaveTheLastBeforeTheFirst()
    {
        using var scope = new TensorScope();
        var sizes = new Sizes(1, 2, 12, new LocalAttentionOptions { Window = 3, Backward = 1, Forward = 0, Circular = true }, false, 0);
        var (queries, keys, values) = sizes.Draw();
        var context = new LocalAttention(sizes.Options).Call(queries, keys, values);
        Tensor Turned(Tensor tokens) => tokens.Roll([3], [2]);
        var turned = new LocalAttention(sizes.Options).Call(Turned(queries), Turned(keys), Turned(values));
        Tensors.AssertClose(Turned(context), turned, 1e-12);
        // The first window sees the last and itself.
        var seen = Functional.Cat([Functional.Arange(9, 12), Functional.Arange(3)]);
        var expected = new SoftmaxAttention().Call(queries[.., .., ..3], keys[.., .., seen], values[.., .., seen]);
        Tensors.AssertClose(expected, context[.., .., ..3], 1e-9);
    }

    [Fact]
    public void FillingIsSeenOnlyWhenAskedFor()
    {
        using var scope = new TensorScope();
        var sizes = new Sizes(1, 1, 4, new LocalAttentionOptions { Window = 3, Exact = false }, false, 0);
        var (queries, keys, values) = sizes.Draw();
        Tensor Filled(Tensor tokens) => tokens.ConstantPadNd([0, 0, 0, 2]);
        var expected = new SoftmaxAttention().Call(queries, Filled(keys), Filled(values));
        Tensors.AssertClose(expected, new LocalAttention(sizes.Options with { SeesFilling = true }).Call(queries, keys, values), 1e-9);
        Tensors.AssertClose(new SoftmaxAttention().Call(queries, keys, values), new LocalAttention(sizes.Options).Call(queries, keys, values), 1e-9);
    }

    [Fact]
    public void StepsGiveTheCausalForm() => Property.Holds(s_sizes.Where(sizes => sizes.Padding == 0), sizes =>
    {
        using var scope = new TensorScope();
        var attention = new LocalAttention(sizes.Options with { Positions = LocalPositions.Rotary });
        var (queries, keys, values) = sizes.Draw();
        var whole = attention.Call(queries, keys, values, AttentionMask.Causal);
        IReadOnlyList<Tensor>? state = null;
        var sizesOfSteps = new Random(sizes.Tokens);
        for (var begin = 0; begin < sizes.Tokens;)
        {
            var end = Math.Min(sizes.Tokens, begin + sizesOfSteps.Next(1, 5));
            (var contexts, state) = attention.Step(queries[.., .., begin..end], keys[.., .., begin..end], values[.., .., begin..end], state);
            Tensors.AssertClose(whole[.., .., begin..end], contexts, 1e-6);
            Assert.True(state[0].Size(2) < (sizes.Options.Backward + 1) * sizes.Options.Window);
            begin = end;
        }
    }, runs: 40);

    [Fact]
    public void GradientsAreSlopes()
    {
        var sizes = new Sizes(2, 1, 9, new LocalAttentionOptions { Window = 2, Positions = LocalPositions.Rotary, SharedKeys = true }, true, 2);
        var (queries, keys, values) = sizes.Draw();
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        FiniteDifferences.AssertGradients([queries, keys, values],
            () => new LocalAttention(sizes.Options).Call(queries, keys, values, sizes.Mask()).Square().Sum());
    }

    [Fact]
    public void WhatItCannotDoIsOneSentence()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = new Sizes(1, 1, 5, new LocalAttentionOptions(), false, 0).Draw();
        var attention = new LocalAttention(new LocalAttentionOptions { Positions = LocalPositions.Rotary });
        Assert.Equal("Local attention needs a key beside every query, found 4 queries and 5 keys.",
            Assert.Throws<UserException>(() => attention.Call(queries[.., .., ..4], keys, values)).Message);
        Assert.Equal("Local attention makes no score for every pair of tokens, so it cannot obey a mask of pairs; it takes padding and causal masks.",
            Assert.Throws<UserException>(() => attention.Call(queries, keys, values, AttentionMask.OfPairs(Functional.Ones([5, 5], DType.Bool)))).Message);
        Assert.Equal("Rotary positions turn pairs of elements, so the width of a head must be even, found 3.",
            Assert.Throws<UserException>(() => attention.Call(queries[.., .., .., ..3], keys[.., .., .., ..3], values)).Message);
        Assert.Equal("Local attention whose windows go round has no first token, so it cannot go on step by step.",
            Assert.Throws<UserException>(() => new LocalAttention(new LocalAttentionOptions { Circular = true }).Step(queries, keys, values, null)).Message);
    }

    internal sealed record Sizes(int Batch, int Heads, int Tokens, LocalAttentionOptions Options, bool IsCausal, int Padding)
    {
        private const int Width = 4;

        internal (Tensor Queries, Tensor Keys, Tensor Values) Draw()
        {
            Tensor Of(int seed) => Tensors.Normal64(seed, Batch, Heads, Tokens, Width);
            return (Of(1), Of(2), Of(3));
        }

        internal AttentionMask Mask()
        {
            var real = Functional.Arange(Tokens).Lt(Tokens - Padding).Expand([Batch, -1]);
            return AttentionMask.OfTokens(real) with { IsCausal = IsCausal };
        }

        /// <summary>The contexts of tokens that are none of padding.</summary>
        internal Tensor Real(Tensor context) => context[.., .., ..(Tokens - Padding)];

        internal double[] Loop(Tensor queries, Tensor keys, Tensor values)
        {
            var (q, k, v) = (Vectors(queries), Vectors(keys), Vectors(values));
            var contexts = new List<double>();
            for (var sample = 0; sample < Batch * Heads; sample++)
                for (var i = 0; i < Tokens - Padding; i++)
                {
                    var seen = Enumerable.Range(0, Tokens - Padding).Where(j => Sees(i, j)).ToArray();
                    var weights = seen.Select(j => Math.Exp(Score(q[sample * Tokens + i], k[sample * Tokens + j], i == j))).ToArray();
                    // Itself where nothing else is left.
                    if (weights.Sum() == 0)
                        weights = [1];
                    contexts.AddRange(Enumerable.Range(0, Width).Select(c =>
                        seen.Zip(weights, (j, weight) => weight * v[sample * Tokens + j][c]).Sum() / weights.Sum()));
                }

            return [.. contexts];
        }

        private bool Sees(int query, int key)
        {
            var (back, forth) = (Options.Backward, IsCausal ? 0 : Options.Forward);
            var windows = key / Options.Window - query / Options.Window;
            var distance = key - query;
            var isNear = windows >= -back && windows <= forth
                && (!Options.Exact || (distance >= -back * Options.Window && distance <= forth * Options.Window));
            return isNear && (!IsCausal || key <= query);
        }

        private double Score(double[] query, double[] key, bool isItself)
        {
            if (Options.SharedKeys && isItself)
                return double.NegativeInfinity;
            var norm = Options.SharedKeys ? Math.Sqrt(key.Sum(value => value * value)) : 1;
            return query.Zip(key, (a, b) => a * b).Sum() / norm / Math.Sqrt(Width);
        }

        private static double[][] Vectors(Tensor tokens) => [.. tokens.Numbers().Chunk(Width)];
    }
}
