using Anyformer.Attention;
using Anyformer.Attention.LearnablePatterns;
using Anyformer.Attention.Local;
using Anyformer.Modules;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.LearnablePatterns;

public sealed class SinkhornAttentionTests
{
    private static readonly Gen<Sizes> s_sizes =
        from heads in Gen.Choose(1, 3)
        from tokens in Gen.Choose(1, 17)
        from bucket in Gen.Choose(0, 5)
        from matches in Gen.Choose(1, 3)
        from cut in Gen.Choose(0, 3)
        from causal in Gen.Elements(false, true)
        select new Sizes(heads, tokens, causal,
            new SinkhornAttentionOptions { Bucket = bucket == 0 ? null : bucket, Matches = matches, SortCut = causal ? 0 : cut, Temperature = 0.7 });

    [Fact]
    public void AgreesWithAPlainLoop() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = sizes.Draw();
        var context = new SinkhornAttention(sizes.Shape, sizes.Options).Call(queries, keys, values, sizes.IsCausal ? AttentionMask.Causal : null);
        Tensors.AssertClose(sizes.Loop(queries, keys, values), context, 1e-9);
    }, runs: 120);

    [Fact]
    public void NormalisationMakesRowsAndColumnsSumToOne()
    {
        using var scope = new TensorScope();
        var permutation = BucketMatches.Sinkhorn(Tensors.Normal64(1, 2, 3, 5, 5), 200);
        Assert.All(permutation.Sum([-1]).Numbers(), sum => Assert.Equal(1, sum, 1e-9));
        Assert.All(permutation.Sum([-2]).Numbers(), sum => Assert.Equal(1, sum, 1e-9));
    }

    [Fact]
    public void ColdMatchingIsAPermutationOfBuckets()
    {
        using var scope = new TensorScope();
        // Scores that only one permutation serves, and noise that is the same everywhere.
        var scores = Tensor.From([0.0, 5, 0.1, 0, 0, 5, 5, 0, 0], 1, 1, 3, 3);
        using var draws = new RandomDraws(Functional.Full([1, 3, 3], 0.5, DType.Float64));
        var matches = BucketMatches.SoftPermutation(scores, 200, 0.05);
        var buckets = Functional.Arange(6, DType.Float64).View([1, 1, 3, 2, 1]);
        Tensors.AssertClose([2, 3, 4, 5, 0, 1], matches.Sort(buckets), 1e-6);
        Assert.Equal([0.0, 1, 1, 1, 1, 0], matches.SortMarks(Tensor.From([true, false, false, true, true, true], 1, 1, 3, 2)).Numbers());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LocalHeadsComeFirst(bool causal)
    {
        using var scope = new TensorScope();
        var sizes = new Sizes(3, 13, causal, new SinkhornAttentionOptions { Bucket = 4, LocalHeads = 1 });
        var (queries, keys, values) = sizes.Draw();
        var mask = causal ? AttentionMask.Causal : null;
        var context = new SinkhornAttention(sizes.Shape, sizes.Options).Call(queries, keys, values, mask);
        var local = new LocalAttention(new LocalAttentionOptions { Window = 4, Exact = false }).Call(queries[.., ..1], keys[.., ..1], values[.., ..1], mask);
        var sorted = new SinkhornAttention(sizes.Shape with { Heads = 2 }, sizes.Options with { LocalHeads = 0 })
            .Call(queries[.., 1..], keys[.., 1..], values[.., 1..], mask);
        Tensors.AssertClose(Functional.Cat([local, sorted], 1), context, 1e-12);
    }

    [Theory]
    [InlineData(false, BucketMatching.Top)]
    [InlineData(true, BucketMatching.Top)]
    [InlineData(false, BucketMatching.Sinkhorn)]
    public void GradientsOfLearnedSortingAreSlopes(bool causal, BucketMatching matching)
    {
        var sizes = new Sizes(2, 9, causal, new SinkhornAttentionOptions
        {
            Bucket = 2,
            Matches = 2,
            Matching = matching,
            LearnedSorting = true,
            LearnedNull = true,
        });
        var attention = new SinkhornAttention(sizes.Shape, sizes.Options);
        attention.To(DType.Float64);
        var (queries, keys, values) = sizes.Draw();
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        var noise = Functional.Full([4, 5, 5], 0.3, DType.Float64);
        FiniteDifferences.AssertGradients([queries, keys, values, .. attention.Parameters()], () =>
        {
            using var draws = new RandomDraws(noise);
            return attention.Call(queries, keys, values, causal ? AttentionMask.Causal : null).Square().Sum();
        }, 1e-6);
    }

    [Fact]
    public void NoLaterTokenIsSeenInAnyHead()
    {
        using var scope = new TensorScope();
        foreach (var learned in new[] { false, true })
        {
            var sizes = new Sizes(3, 14, true, new SinkhornAttentionOptions { Bucket = 3, Matches = 2, LearnedSorting = learned });
            var attention = new SinkhornAttention(sizes.Shape, sizes.Options);
            attention.To(DType.Float64);
            var (queries, keys, values) = sizes.Draw();
            var context = attention.Call(queries, keys, values, AttentionMask.Causal);
            for (var seen = 1; seen < 14; seen++)
            {
                Tensor Changed(Tensor tokens) => Functional.Cat([tokens[.., .., ..seen], tokens[.., .., seen..] * -3 + 1], 2);
                var changed = attention.Call(Changed(queries), Changed(keys), Changed(values), AttentionMask.Causal);
                Tensors.AssertClose(context[.., .., ..seen], changed[.., .., ..seen], 1e-12);
            }
        }
    }

    [Fact]
    public void WhatItCannotDoIsOneSentence()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = new Sizes(2, 6, false, new SinkhornAttentionOptions()).Draw();
        SinkhornAttention Build(SinkhornAttentionOptions options, int? tokens = null) => new(new AttentionShape(2, 3, 0, tokens), options);
        string Message(Func<object> act) => Assert.Throws<UserException>(act).Message;
        Assert.Equal("Sinkhorn attention needs a head that is not local, found 2 local heads of 2.", Message(() => Build(new() { LocalHeads = 2 })));
        Assert.Equal("SortCut takes the best buckets by the products of means; choose no learned sorting and no soft permutation with it.",
            Message(() => Build(new() { SortCut = 1, Matching = BucketMatching.Sinkhorn })));
        Assert.Equal("Learned sorting of buckets is built for a number of tokens, which is not known here.",
            Message(() => Build(new() { LearnedSorting = true })));
        Assert.Equal("Sinkhorn attention under a causal mask takes the best of earlier buckets; choose no SortCut and no soft permutation.",
            Message(() => Build(new() { SortCut = 1 }).Call(queries, keys, values, AttentionMask.Causal)));
        Assert.Equal("Sinkhorn attention under a causal mask needs a key beside every query, found 5 queries and 6 keys.",
            Message(() => Build(new()).Call(queries[.., .., ..5], keys, values, AttentionMask.Causal)));
        Assert.Equal("This learned sorting was built for up to 2 buckets, found 3.", Message(() =>
        {
            var attention = Build(new() { Bucket = 2, LearnedSorting = true }, tokens: 4);
            attention.To(DType.Float64);
            return attention.Call(queries, keys, values);
        }));
    }

    private sealed record Sizes(int Heads, int Tokens, bool IsCausal, SinkhornAttentionOptions Options)
    {
        private const int Batch = 2, Width = 3;

        internal AttentionShape Shape => new(Heads, Width, 0, Tokens);

        private int Length => Math.Min(Options.Bucket ?? (int)Math.Ceiling(Math.Sqrt(Tokens)), Tokens);

        private int Buckets => (Tokens + Length - 1) / Length;

        internal (Tensor Queries, Tensor Keys, Tensor Values) Draw()
        {
            Tensor Of(int seed) => Tensors.Normal64(seed, Batch, Heads, Tokens, Width);
            return (Of(1), Of(2), Of(3));
        }

        internal double[] Loop(Tensor queries, Tensor keys, Tensor values) => [..
            from pair in Enumerable.Range(0, Batch * Heads)
            let turn = IsCausal && pair % Heads >= Heads / 2 ? Length - 1 : 0
            let contexts = OfHead(Filled(queries, pair, turn), Filled(keys, pair, turn), Filled(values, pair, turn), turn)
            from position in Enumerable.Range(0, Tokens)
            from number in contexts[(position - turn + Buckets * Length) % (Buckets * Length)]
            select number];

        private double[][] OfHead(double[][] queries, double[][] keys, double[][] values, int turn)
        {
            var isTurned = IsCausal && turn + 1 == Length && turn > 0;
            var contexts = new double[queries.Length][];
            for (var bucket = 0; bucket < Buckets; bucket++)
            {
                var matches = IsCausal ? MatchEarlier(queries, keys, bucket) : Match(queries, keys, bucket);
                for (var row = 0; row < Length; row++)
                {
                    var isWrapped = isTurned && bucket == Buckets - 1 && row > 0;
                    var seen = new List<(double[] Key, double[] Value)>();
                    foreach (var (other, weight) in isWrapped ? [] : matches)
                        for (var i = 0; i < Length; i++)
                            if (other < 0)
                                seen.Add((new double[Width], new double[Width]));
                            else if (IsCausal || IsReal(other * Length + i, turn))
                                seen.Add((Scaled(keys[other * Length + i], weight), Scaled(values[other * Length + i], weight)));
                    for (var i = 0; i < Length; i++)
                        if ((!IsCausal || (i <= row && !(isWrapped && i == 0))) && IsReal(bucket * Length + i, turn))
                            seen.Add((keys[bucket * Length + i], values[bucket * Length + i]));
                    contexts[bucket * Length + row] = Softmax(queries[bucket * Length + row], seen);
                }
            }

            return contexts;
        }

        private bool IsReal(int place, int turn) => (place + turn) % (Buckets * Length) < Tokens;

        private (int Bucket, double Weight)[] Match(double[][] queries, double[][] keys, int bucket)
        {
            double[] Mean(double[][] tokens, int begin, int count) => Scaled(Sum(tokens.Skip(begin).Take(count)), 1.0 / count);
            var query = Options.SortCut > 0 ? Mean(queries, 0, queries.Length) : Mean(queries, bucket * Length, Length);
            double[] scores = [.. Enumerable.Range(0, Buckets).Select(other => Dot(query, Mean(keys, other * Length, Length)))];
            return Best(scores, Math.Min(Buckets, Options.SortCut > 0 ? Options.SortCut : Options.Matches), 1);
        }

        private (int Bucket, double Weight)[] MatchEarlier(double[][] queries, double[][] keys, int bucket)
        {
            double[] Running(double[][] tokens, int place) => Scaled(Sum(tokens.Take(place + 1)), 1.0 / (place + 1));
            var matches = Math.Min(Options.Matches, Buckets);
            var query = Running(queries, bucket * Length);
            double Score(int other) => Dot(query, Sum(Enumerable.Range(0, Length).Select(i => Running(keys, other * Length + i))));
            // What stands before the first bucket scores 0.
            double[] scores = [.. Enumerable.Repeat(0.0, matches), .. Enumerable.Range(0, bucket).Select(Score)];
            return [.. Best(scores, matches, Options.Temperature).Select(item => (item.Bucket - matches, item.Weight))];
        }

        private static (int Bucket, double Weight)[] Best(double[] scores, int matches, double temperature)
        {
            var best = new List<(int, double)>();
            var left = Enumerable.Range(0, scores.Length).ToList();
            for (var match = 0; match < matches; match++)
            {
                var next = left.MaxBy(column => scores[column]);
                best.Add((next, 1 / left.Sum(column => Math.Exp((scores[column] - scores[next]) / temperature))));
                left.Remove(next);
            }

            return [.. best];
        }

        private static double[] Softmax(double[] query, List<(double[] Key, double[] Value)> seen)
        {
            // Padding sees nothing, or what it sees has no meaning.
            if (seen.Count == 0)
                return new double[Width];
            var scores = seen.Select(item => Dot(query, item.Key)).ToArray();
            var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
            return Scaled(Sum(seen.Zip(weights, (item, weight) => Scaled(item.Value, weight))), 1 / weights.Sum());
        }

        private double[][] Filled(Tensor tokens, int pair, int turn)
        {
            double[][] vectors = [.. tokens[pair / Heads, pair % Heads].Numbers().Chunk(Width), .. Enumerable.Range(Tokens, Buckets * Length - Tokens).Select(_ => new double[Width])];
            return [.. vectors[turn..], .. vectors[..turn]];
        }

        private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(Width);

        private static double[] Scaled(double[] vector, double factor) => [.. vector.Select(value => value * factor)];

        private static double[] Sum(IEnumerable<double[]> vectors)
        {
            var sum = new double[Width];
            foreach (var vector in vectors)
                for (var c = 0; c < Width; c++)
                    sum[c] += vector[c];
            return sum;
        }
    }
}
