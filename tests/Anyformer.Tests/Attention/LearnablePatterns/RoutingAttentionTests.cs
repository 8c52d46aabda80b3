using Anyformer.Attention;
using Anyformer.Attention.LearnablePatterns;
using Anyformer.Modules;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.LearnablePatterns;

public sealed class RoutingAttentionTests
{
    private static readonly Gen<Sizes> s_sizes =
        from tokens in Gen.Choose(1, 14).Two()
        from clusters in Gen.Choose(1, 4)
        from window in Gen.Choose(0, 5)
        from memory in Gen.Choose(0, 2)
        from rules in Gen.Elements(false, true).Three()
        from padding in Gen.Choose(0, 3)
        let options = new RoutingAttentionOptions { Window = window == 0 ? null : window, Memory = memory, SharedKeys = rules.Item1 }
        let isSelf = rules.Item3 || rules.Item2
        select new Sizes(tokens.Item1, isSelf ? tokens.Item1 : tokens.Item2, clusters, options, isSelf, rules.Item2 && (memory > 0 || rules.Item1),
            Math.Min(padding, (isSelf ? tokens.Item1 : tokens.Item2) - 1));

    [Fact]
    public void ClusteredHeadsAgreeWithAPlainLoop() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var heads = sizes.Heads();
        var (queries, keys, values) = sizes.Draw();
        var contexts = heads.Call(queries, keys, values, sizes.Mask(), sizes.IsSelf);
        Tensors.AssertClose(sizes.Loop(heads.StateDict(), queries, keys, values), contexts, 1e-8);
    }, runs: 100);

    [Fact]
    public void TheFirstTrainedBatchChoosesTheMeansAndLaterOnesMoveThem()
    {
        using var scope = new TensorScope();
        var clusters = new KMeans(1, 2, 2, decay: 0.75);
        // Two bundles of directions, along (1, 0) and (0, 1): wherever the means start, they end in the bundles or both in one.
        var tokens = Tensor.From([2f, 0.2f, 1, -0.1f, 0.1f, 3, -0.3f, 3], 1, 1, 4, 2);
        clusters.Eval();
        clusters.Call(tokens);
        Assert.False(clusters.IsInitialized.Item<bool>());

        clusters.Train();
        using (new RandomDraws(Tensor.From([0.1f, 0.9f, 0.2f, 0.8f])))
            clusters.Call(tokens);
        Assert.True(clusters.IsInitialized.Item<bool>());
        var means = clusters.Means.Numbers();
        Assert.Equal([1.0, 1.0], means.Chunk(2).Select(mean => Math.Sqrt(mean[0] * mean[0] + mean[1] * mean[1])), (a, b) => Math.Abs(a - b) < 0.01);
        Assert.True(means[0] > 0.99 && means[3] > 0.99);

        var other = Tensor.From([1f, 1], 1, 1, 1, 2);
        var nearest = (int)KMeans.Nearest(other, clusters.Means).Item<long>();
        clusters.Call(other);
        for (var i = 0; i < 4; i++)
            Assert.Equal(i / 2 == nearest ? 0.75 * means[i] + 0.25 * Math.Sqrt(0.5) : means[i], clusters.Means.Numbers()[i], 1e-6);
    }

    [Fact]
    public void TheCommitmentIsTheMeanSquaredDistanceFromTheNearestMean()
    {
        using var scope = new TensorScope();
        var sizes = new Sizes(5, 5, 2, new RoutingAttentionOptions { SharedKeys = true, Commitment = 0.5 }, true, false, 0);
        var heads = sizes.Heads();
        var (queries, keys, values) = sizes.Draw();
        using var losses = new AuxiliaryLoss();
        heads.Call(queries, queries, values, null, isSelf: true);
        var means = heads.StateDict()["clusters.means"];
        var units = queries / queries.Norm(2, [-1], keepdim: true);
        var squares = (units.Unsqueeze(3) - means.Unsqueeze(1)).Square().Sum([-1]).Amin([-1]);
        Assert.Equal(0.5 * squares.Mean().Item<double>() / Sizes.Width, losses.Terms.Single().Item<double>(), 1e-9);
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        using var scope = new TensorScope();
        var attention = new RoutingAttention(new TokenMixerShape(9, 8, 2), new RoutingAttentionOptions { LocalWindow = 2 });
        attention.To(DType.Float64);
        attention.Eval();
        var tokens = Tensors.Normal64(1, 2, 9, 8);
        tokens.RequiresGrad = true;
        FiniteDifferences.AssertGradients([tokens, .. attention.Parameters()], () => attention.Call(tokens, AttentionMask.Causal).Square().Sum());
    }

    [Fact]
    public void WhatItCannotDoIsOneSentence()
    {
        using var scope = new TensorScope();
        RoutingAttention Build(RoutingAttentionOptions options) => new(new TokenMixerShape(8, 4, 2), options);
        var tokens = Tensors.Normal(1, 1, 8, 4);
        string Message(Func<object> act) => Assert.Throws<UserException>(act).Message;
        Assert.Equal("Routing attention needs a head that is not local, found 2 local heads of 2.", Message(() => Build(new() { LocalHeads = 2 })));
        Assert.Equal("Routing attention to other tokens takes no local heads, which need a key beside every query.",
            Message(() => Build(new()).Call(tokens, tokens, null)));
        Assert.Equal("Routing attention under a causal mask needs a memory of at least 1 or shared keys: a token may see nothing else.",
            Message(() => Build(new() { Memory = 0 }).Call(tokens, AttentionMask.Causal)));
    }

    private sealed record Sizes(int Queries, int Keys, int Clusters, RoutingAttentionOptions Options, bool IsSelf, bool IsCausal, int Padding)
    {
        internal const int Batch = 2, HeadCount = 2, Width = 3;

        internal ClusteredHeads Heads()
        {
            var heads = new ClusteredHeads(HeadCount, Clusters, Width, 0, Options);
            heads.To(DType.Float64);
            heads.Eval();
            return heads;
        }

        internal (Tensor Queries, Tensor Keys, Tensor Values) Draw()
        {
            Tensor Of(int seed, int tokens) => Tensors.Normal64(seed, Batch, HeadCount, tokens, Width);
            var queries = Of(1, Queries);
            return (queries, Options.SharedKeys && IsSelf ? queries : Of(2, Keys), Of(3, Keys));
        }

        internal AttentionMask Mask() => new()
        {
            IsCausal = IsCausal,
            Keys = Functional.Arange(Keys).Lt(Keys - Padding).Expand([Batch, -1]),
        };

        internal double[] Loop(IReadOnlyDictionary<string, Tensor> state, Tensor queries, Tensor keys, Tensor values) => [..
            from sample in Enumerable.Range(0, Batch)
            from head in Enumerable.Range(0, HeadCount)
            let means = Vectors(state["clusters.means"][head])
            let memory = (Keys: Numbers(state["memory_keys"][head]), Values: Numbers(state["memory_values"][head]))
            from number in OfHead(Vectors(queries[sample, head]), Vectors(keys[sample, head]), Vectors(values[sample, head]), means, memory)
            select number];

        private IEnumerable<double> OfHead(double[][] queries, double[][] keys, double[][] values, double[][] means, (double[] Keys, double[] Values) memory)
        {
            var isOne = Options.SharedKeys && IsSelf;
            var sums = queries.Select(_ => new double[Width]).ToArray();
            var counts = new int[Queries];
            for (var cluster = 0; cluster < Clusters; cluster++)
            {
                var (ofQueries, ofKeys) = (Nearest(queries, means[cluster]), Nearest(keys, means[cluster]));
                foreach (var query in ofQueries)
                {
                    counts[query]++;
                    var first = cluster * Options.Memory;
                    var slots = Enumerable.Range(first, Options.Memory)
                        .Select(slot => (Score: Dot(queries[query], memory.Keys[(slot * Width)..]), Value: memory.Values[(slot * Width)..]))
                        .Concat(ofKeys.Select(key => (Score: Score(queries[query], keys[key], query, key, isOne), Value: values[key]))).ToArray();
                    var largest = slots.Max(slot => slot.Score);
                    var weights = slots.Select(slot => Math.Exp(slot.Score - largest)).ToArray();
                    for (var c = 0; c < Width; c++)
                        sums[query][c] += slots.Zip(weights, (slot, weight) => slot.Value[c] * weight).Sum() / weights.Sum();
                }
            }

            return sums.Zip(counts, (sum, count) => sum.Select(value => value / (count + 1e-5))).SelectMany(value => value);
        }

        private double Score(double[] query, double[] key, int i, int j, bool isOne)
        {
            if (Options.SharedKeys && i == j)
                return -5e4;
            if (j >= Keys - Padding || (IsCausal && j > i))
                return -1e30;
            return Dot(query, key) / (isOne ? Math.Sqrt(key.Sum(value => value * value)) : 1);
        }

        private int[] Nearest(double[][] tokens, double[] mean) => [.. Enumerable.Range(0, tokens.Length)
            .OrderByDescending(token => tokens[token].Zip(mean, (a, b) => a * b).Sum() / Math.Sqrt(tokens[token].Sum(value => value * value)))
            .Take(Options.Window ?? (tokens.Length + Clusters - 1) / Clusters)];

        private static double Dot(double[] query, double[] key) => query.Zip(key, (a, b) => a * b).Sum() / Math.Sqrt(Width);

        private static double[] Numbers(Tensor tensor) => tensor.Numbers();

        private static double[][] Vectors(Tensor tokens) => [.. tokens.Numbers().Chunk(Width)];
    }
}
