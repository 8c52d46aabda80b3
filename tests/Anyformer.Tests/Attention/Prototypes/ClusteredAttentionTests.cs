using Anyformer.Attention;
using Anyformer.Attention.Prototypes;
using Anyformer.Attention.Softmax;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Prototypes;

public sealed class ClusteredAttentionTests
{
    private static readonly Gen<Sizes> s_sizes =
        from tokens in Gen.Choose(1, 15).Two()
        from clusters in Gen.Choose(1, 6)
        from iterations in Gen.Choose(1, 4)
        from keys in Gen.Choose(1, 6)
        from padding in Gen.Choose(0, 4)
        from rules in Gen.Elements(false, true).Two()
        let isSelf = rules.Item1
        select new Sizes(tokens.Item1, isSelf ? tokens.Item1 : tokens.Item2, isSelf ? Math.Min(padding, tokens.Item1 - 1) : 0,
            new ImprovedClusteredAttentionOptions { Clusters = clusters, Iterations = iterations, Bits = 7, Keys = keys, HashBias = rules.Item2 });

    [Fact]
    public void AgreeWithPlainLoops() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = sizes.Draw();
        foreach (var improved in new[] { false, true })
        {
            using var draws = sizes.Draws();
            var context = sizes.Build(improved).Call(queries, keys, values, sizes.Mask());
            Assert.Equal(0, draws.Remaining);
            Tensors.AssertClose(sizes.Loop(queries, keys, values, improved), context, 1e-8);
        }
    }, runs: 100);

    [Fact]
    public void WithACentroidForEveryQueryTheyAreSoftmaxAttention()
    {
        using var scope = new TensorScope();
        var sizes = new Sizes(9, 9, 0, new ImprovedClusteredAttentionOptions { Clusters = 9, Iterations = 1, Bits = 63, Keys = 9 });
        var (queries, keys, values) = sizes.Draw();
        var expected = new SoftmaxAttention().Call(queries, keys, values);
        foreach (var improved in new[] { false, true })
        {
            using var draws = sizes.Draws();
            Tensors.AssertClose(expected, sizes.Build(improved).Call(queries, keys, values), 1e-9);
        }

        // All keys are the best: clusters do not matter.
        var few = sizes with { Options = sizes.Options with { Clusters = 2 } };
        using var fewDraws = few.Draws();
        Tensors.AssertClose(expected, few.Build(improved: true).Call(queries, keys, values), 1e-9);
    }

    [Fact]
    public void HashesAreBitsFromTheLowestUp()
    {
        using var scope = new TensorScope();
        var attention = new ClusteredAttention(new AttentionShape(1, 2), new ClusteredAttentionOptions { Clusters = 1, Bits = 3 });
        using var draws = new RandomDraws(Tensor.From([1f, 0, 0, 0, 1, 0, 1, 1, 2.5f], 3, 3), Tensor.From([0L]));
        using var recorder = new Recorder();
        var queries = Tensor.From([1f, -1, 2, 1, -1, 3], 1, 1, 3, 2);
        attention.Call(queries, queries, queries);
        Assert.Equal([1.0, 7, 2], recorder.Named("hashes").Single().Numbers());
        Assert.Equal([3.0], recorder.Named("counts").Single().Numbers());
    }

    [Fact]
    public void BlocksHoldOneClusterEach() => Property.Holds(
        from queries in Gen.Choose(1, 40) from clusters in Gen.Choose(1, Math.Min(queries, 9)) from seed in Gen.Choose(0, 1000) select (queries, clusters, seed), drawn =>
        {
            using var scope = new TensorScope();
            var random = new Random(drawn.seed);
            var members = Enumerable.Range(0, 2 * drawn.queries).Select(_ => (long)random.Next(drawn.clusters)).ToArray();
            var blocks = ClusterBlocks.Of(Tensor.From(members, 1, 2, drawn.queries), drawn.clusters);
            var (slots, ofBlocks) = (blocks.Slots.Numbers(), blocks.Clusters.Numbers());
            var count = ofBlocks.Length / 2;
            for (var head = 0; head < 2; head++)
            {
                var mine = slots[(head * drawn.queries)..((head + 1) * drawn.queries)];
                Assert.Equal(drawn.queries, mine.Distinct().Count());
                for (var query = 0; query < drawn.queries; query++)
                    Assert.Equal(members[head * drawn.queries + query], ofBlocks[head * count + (int)(mine[query] / blocks.Length)]);
            }

            var tokens = Tensors.Normal64(1, 1, 2, drawn.queries, 2);
            Tensors.AssertSame(tokens, blocks.Join(blocks.Split(tokens)));
        }, runs: 60);

    [Fact]
    public void PaddingIsNoCentroid()
    {
        using var scope = new TensorScope();
        var sizes = new Sizes(8, 8, 5, new ImprovedClusteredAttentionOptions { Clusters = 4, Iterations = 3, Bits = 20, Keys = 2 });
        var (queries, keys, values) = sizes.Draw();
        foreach (var improved in new[] { false, true })
        {
            Tensor Answer(double padded)
            {
                Tensor Changed(Tensor tokens) => Functional.Cat([tokens[.., .., ..3], tokens[.., .., 3..] * 0 + padded], 2);
                using var draws = sizes.Draws();
                return sizes.Build(improved).Call(Changed(queries), Changed(keys), Changed(values), sizes.Mask());
            }

            Tensors.AssertSame(Answer(1), Answer(-50));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GradientsAreSlopes(bool improved)
    {
        // With all keys among the best, nothing is held constant.
        var sizes = new Sizes(9, 6, 0, new ImprovedClusteredAttentionOptions { Clusters = 3, Iterations = 2, Bits = 9, Keys = 6 });
        var (queries, keys, values) = sizes.Draw();
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        FiniteDifferences.AssertGradients([queries, keys, values], () =>
        {
            using var draws = sizes.Draws();
            return sizes.Build(improved).Call(queries, keys, values).Square().Sum();
        });
    }

    [Fact]
    public void CausalAndPairMasksAreRefused()
    {
        using var scope = new TensorScope();
        var sizes = new Sizes(5, 5, 0, new ImprovedClusteredAttentionOptions());
        var (queries, keys, values) = sizes.Draw();
        foreach (var improved in new[] { false, true })
        {
            Assert.Equal("Clustered attention has no causal form; choose a mechanism that the catalog calls causal.",
                Assert.Throws<UserException>(() => sizes.Build(improved).Call(queries, keys, values, AttentionMask.Causal)).Message);
            Assert.Throws<UserException>(() => sizes.Build(improved).Call(queries, keys, values, AttentionMask.OfPairs(Functional.Ones([5, 5], DType.Bool))));
        }
    }

    private sealed record Sizes(int Queries, int Keys, int Padding, ImprovedClusteredAttentionOptions Options)
    {
        private const int Batch = 2, Heads = 2, Width = 3;

        private int Clusters => Math.Min(Options.Clusters, Queries);

        private int[] Places => [.. Enumerable.Range(0, Queries).OrderBy(place => (place * 7 + 3) % 17).Take(Clusters)];

        internal AttentionFunction Build(bool improved)
        {
            var shape = new AttentionShape(Heads, Width);
            return improved ? new ImprovedClusteredAttention(shape, Options) : new ClusteredAttention(shape, Options);
        }

        internal (Tensor Queries, Tensor Keys, Tensor Values) Draw()
        {
            Tensor Of(int seed, int tokens) => Tensors.Normal64(seed, Batch, Heads, tokens, Width);
            return (Of(1, Queries), Of(2, Keys), Of(3, Keys));
        }

        internal RandomDraws Draws() => new(Planes(), Tensor.From(Places.Select(place => (long)place).ToArray()));

        internal AttentionMask? Mask() => Padding == 0 ? null : AttentionMask.OfTokens(Functional.Arange(Queries).Lt(Queries - Padding).Expand([Batch, -1]));

        internal double[] Loop(Tensor queries, Tensor keys, Tensor values, bool improved) => [..
            from pair in Enumerable.Range(0, Batch * Heads)
            from number in OfHead(Vectors(queries, pair)[..(Queries - Padding)], Vectors(keys, pair)[..(Keys - Padding)], Vectors(values, pair), improved)
            select number];

        private IEnumerable<double> OfHead(double[][] queries, double[][] keys, double[][] values, bool improved)
        {
            var members = Members([.. queries.Select(Hash)]);
            for (var i = 0; i < queries.Length; i++)
            {
                var mates = queries.Where((_, j) => members[j] == members[i]).ToArray();
                var mean = Enumerable.Range(0, Width).Select(c => mates.Average(mate => mate[c])).ToArray();
                var weights = Softmax(keys, mean);
                if (improved)
                {
                    int[] best = [.. Enumerable.Range(0, keys.Length).OrderByDescending(j => weights[j]).Take(Options.Keys)];
                    var mass = best.Sum(j => weights[j]);
                    var anew = Softmax([.. best.Select(j => keys[j])], queries[i]);
                    foreach (var (j, weight) in best.Zip(anew))
                        weights[j] = weight * mass;
                }

                for (var c = 0; c < Width; c++)
                    yield return weights.Select((weight, j) => weight * values[j][c]).Sum();
            }

            for (var i = 0; i < Padding * Width; i++)
                yield return 0;
        }

        private int[] Members(bool[][] hashes)
        {
            var centroids = Places.Select(place => hashes[place % hashes.Length]).ToArray();
            for (var i = 1; i < Options.Iterations; i++)
            {
                var members = Nearest(hashes, centroids);
                centroids = [.. centroids.Select((centroid, cluster) =>
                {
                    var mine = hashes.Where((_, j) => members[j] == cluster).ToArray();
                    return mine.Length == 0 ? centroid : [.. centroid.Select((_, bit) => 2 * mine.Count(hash => hash[bit]) > mine.Length)];
                })];
            }

            return Nearest(hashes, centroids);
        }

        private static int[] Nearest(bool[][] hashes, bool[][] centroids) => [.. hashes.Select(hash =>
        {
            var distances = centroids.Select(centroid => centroid.Zip(hash, (a, b) => a != b).Count(different => different)).ToArray();
            return Array.IndexOf(distances, distances.Min());
        })];

        private bool[] Hash(double[] query)
        {
            var planes = Planes().Numbers().Chunk(Width + 1);
            return [.. planes.Select(plane => query.Zip(plane, (a, b) => a * b).Sum() > (Options.HashBias ? plane[Width] : 0))];
        }

        private Tensor Planes() => Tensors.Normal64(9, Options.Bits, Width + 1);

        private static double[] Softmax(double[][] keys, double[] query)
        {
            var scores = keys.Select(key => key.Zip(query, (a, b) => a * b).Sum() / Math.Sqrt(Width)).ToArray();
            var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
            return [.. weights.Select(weight => weight / weights.Sum())];
        }

        private static double[][] Vectors(Tensor tokens, int pair) => [.. tokens[pair / Heads, pair % Heads].Numbers().Chunk(Width)];
    }
}
