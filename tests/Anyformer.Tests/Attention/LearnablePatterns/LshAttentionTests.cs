using Anyformer.Attention;
using Anyformer.Attention.LearnablePatterns;
using Anyformer.Modules;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.LearnablePatterns;

public sealed class LshAttentionTests
{
    private static readonly Gen<Sizes> s_sizes =
        from tokens in Gen.Choose(1, 21)
        from chunk in Gen.Choose(1, 6)
        from reach in Gen.Choose(0, 2).Two()
        from rounds in Gen.Choose(1, 3)
        from buckets in Gen.Elements<ValueList<int>?>(null, [2], [6], [2, 4])
        from causal in Gen.Elements(false, true)
        from padding in Gen.Choose(0, 3)
        select new Sizes(tokens, new LshAttentionOptions { Chunk = chunk, Backward = reach.Item1, Forward = reach.Item2, Rounds = rounds, Buckets = buckets },
            causal, Math.Min(padding, tokens - 1));

    [Fact]
    public void AgreesWithAPlainLoop() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var heads = sizes.Heads();
        var tokens = Tensors.Normal64(1, Sizes.Batch, sizes.Tokens, Sizes.Width);
        var rotations = sizes.Rotations();
        using var draws = new RandomDraws(rotations is null ? [] : [rotations]);
        var contexts = heads.Call(tokens, sizes.Mask());
        Assert.Equal(0, draws.Remaining);
        var state = heads.StateDict();
        Tensor Split(string name) => tokens.MatMul(state[name].T()).Unflatten(-1, [Sizes.HeadCount, -1]).Transpose(1, 2);
        var real = sizes.Tokens - sizes.Padding;
        Tensors.AssertClose(sizes.Loop(Split("query_key.weight"), Split("value.weight"), rotations),
            contexts[.., ..real].Unflatten(-1, [Sizes.HeadCount, -1]).Transpose(1, 2), 1e-7);
    }, runs: 100);

    [Fact]
    public void BucketsGrowWithChunksAndManyAreAProduct()
    {
        Assert.Equal([4, 8, 16, 256], new[] { (40, 16), (64, 16), (128, 16), (16384, 128) }.Select(size => LshBuckets.For(size.Item1, size.Item1, size.Item2).Count));
        // 2 · 1024 buckets are the nearest of 32 directions and then of 64, not of 2048.
        using var draws = new RandomDraws(Tensors.Normal(1, 1, 8, 1, 48));
        var buckets = LshBuckets.For(16384, 16384, 16).Of(Tensors.Normal(2, 1, 1, 300, 8), 1).Numbers();
        Assert.All(buckets, bucket => Assert.InRange(bucket, 0, 2047));
        Assert.True(buckets.Distinct().Count() > 20);
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var sizes = new Sizes(11, new LshAttentionOptions { Chunk = 3, Rounds = 2 }, IsCausal: true, Padding: 2);
        var heads = sizes.Heads();
        var tokens = Tensors.Normal64(1, Sizes.Batch, sizes.Tokens, Sizes.Width);
        tokens.RequiresGrad = true;
        var rotations = sizes.Rotations()!;
        FiniteDifferences.AssertGradients([tokens, .. heads.Parameters()], () =>
        {
            using var draws = new RandomDraws(rotations);
            return heads.Call(tokens, sizes.Mask()).Narrow(1, 0, 9).Square().Sum();
        }, 1e-5);
    }

    [Fact]
    public void WhatItCannotDoIsOneSentence()
    {
        Assert.Equal("The buckets of LSH attention must be even numbers, found 2, 3.",
            Assert.Throws<UserException>(() => new LshAttention(new TokenMixerShape(8, 4, 2), new LshAttentionOptions { Buckets = [2, 3] })).Message);
        using var scope = new TensorScope();
        var attention = new LshAttention(new TokenMixerShape(8, 4, 2), new LshAttentionOptions());
        Assert.Throws<UserException>(() => attention.Call(Tensors.Normal(1, 1, 8, 4), AttentionMask.OfPairs(Functional.Ones([8, 8], DType.Bool))));
    }

    private sealed record Sizes(int Tokens, LshAttentionOptions Options, bool IsCausal, int Padding)
    {
        internal const int Batch = 2, Width = 6, HeadCount = 2, HeadWidth = 3;

        private int Whole => (Tokens + Options.Chunk - 1) / Options.Chunk * Options.Chunk;

        private bool IsSingle => Tokens <= Options.Chunk;

        private int[] Factors => Options.Buckets is { } given ? [.. given] : [(int)Math.Pow(2, Math.Floor(Math.Log2(2 * (Whole / Options.Chunk))))];

        internal LshHeads Heads()
        {
            // Enough tokens in the shape that a product of buckets is not what is tested here.
            var heads = new LshHeads(new TokenMixerShape(1 << 20, Width, HeadCount), Options);
            heads.To(DType.Float64);
            return heads;
        }

        internal Tensor? Rotations() => IsSingle ? null : Tensors.Normal64(5, HeadCount, HeadWidth, Options.Rounds, Factors.Sum() / 2);

        internal AttentionMask Mask()
        {
            var real = Functional.Arange(Tokens).Lt(Tokens - Padding).Expand([Batch, -1]);
            return AttentionMask.OfTokens(real) with { IsCausal = IsCausal };
        }

        internal double[] Loop(Tensor queries, Tensor values, Tensor? rotations) => [..
            from pair in Enumerable.Range(0, Batch * HeadCount)
            let head = pair % HeadCount
            from number in OfHead(Vectors(queries[pair / HeadCount, head]), Vectors(values[pair / HeadCount, head]), rotations?[head].Numbers())
            select number];

        private IEnumerable<double> OfHead(double[][] queries, double[][] values, double[]? rotations)
        {
            int[] order = IsSingle ? [.. Enumerable.Range(0, Tokens)]
                : [.. Enumerable.Range(0, Options.Rounds).SelectMany(round => Enumerable.Range(0, Whole).OrderBy(position => Bucket(queries, position, round, rotations!)))];
            var chunk = IsSingle ? Tokens : Options.Chunk;
            var found = Enumerable.Range(0, order.Length).Select(slot => Attend(queries, values, order, slot, chunk)).ToArray();
            for (var position = 0; position < Tokens - Padding; position++)
            {
                var mine = Enumerable.Range(0, order.Length).Where(slot => order[slot] == position).Select(slot => found[slot]).ToArray();
                // A round that found nothing but the token itself counts only where all did.
                var largest = mine.Max(item => item.Largest);
                var totals = mine.Select(item => item.Total * Math.Exp(item.Largest - largest)).ToArray();
                for (var c = 0; c < HeadWidth; c++)
                    yield return mine.Zip(totals, (item, total) => item.Context[c] * total).Sum() / totals.Sum();
            }
        }

        private (double[] Context, double Largest, double Total) Attend(double[][] queries, double[][] values, int[] order, int slot, int chunk)
        {
            var (own, chunks) = (order[slot], order.Length / chunk);
            var offsets = IsSingle ? [0] : Enumerable.Range(-Options.Backward, Options.Backward + Options.Forward + 1);
            var seen = offsets.SelectMany(offset => order.Skip((slot / chunk + offset + 4 * chunks) % chunks * chunk).Take(chunk))
                .Where(other => other == own || (other < Tokens - Padding && (!IsCausal || other < own))).ToArray();
            var scores = seen.Select(other => other == own ? -1e5 : Score(At(queries, own), At(queries, other))).ToArray();
            var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
            var context = Enumerable.Range(0, HeadWidth).Select(c => seen.Zip(weights, (other, weight) => At(values, other)[c] * weight).Sum() / weights.Sum());
            return ([.. context], scores.Max(), weights.Sum());
        }

        private long Bucket(double[][] queries, int position, int round, double[] rotations)
        {
            if (position >= Tokens - Padding)
                return long.MaxValue;
            var (bucket, begin, product, directions) = (0L, 0, 1L, Factors.Sum() / 2);
            foreach (var factor in Factors)
            {
                var rotated = Enumerable.Range(begin, factor / 2).Select(direction =>
                    Enumerable.Range(0, HeadWidth).Sum(c => queries[position][c] * rotations[(c * Options.Rounds + round) * directions + direction])).ToArray();
                double[] both = [.. rotated, .. rotated.Select(value => -value)];
                bucket += product * Array.IndexOf(both, both.Max());
                (begin, product) = (begin + factor / 2, product * factor);
            }

            return bucket;
        }

        private static double Score(double[] query, double[] key)
        {
            var mean = key.Average(value => value * value);
            return query.Zip(key, (a, b) => a * b).Sum() / Math.Sqrt(mean + 1e-6) / Math.Sqrt(HeadWidth);
        }

        /// <summary>A token, or zeros where the last chunk is filled up.</summary>
        private static double[] At(double[][] vectors, int position) => position < vectors.Length ? vectors[position] : new double[HeadWidth];

        private static double[][] Vectors(Tensor tokens) => [.. tokens.Numbers().Chunk(HeadWidth)];
    }
}
