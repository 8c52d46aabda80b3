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

[Collection(DefaultGenerator.Name)]
public sealed class ProbSparseAttentionTests
{
    private enum MaskKind { None, Causal, Keys, Any }

    private static readonly Gen<Sizes> s_sizes =
        from outer in Gen.Choose(1, 3).Two()
        from tokens in Gen.Choose(1, 23).Two()
        from width in Gen.Choose(1, 5)
        from factor in Gen.Choose(1, 3)
        from mask in Gen.Elements(Enum.GetValues<MaskKind>())
        select new Sizes(outer.Item1, outer.Item2, tokens.Item1, mask == MaskKind.Causal ? tokens.Item1 : tokens.Item2, width, factor, mask);

    [Fact]
    public void AgreesWithAPlainLoop() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = sizes.Draw();
        var samples = sizes.Samples();
        using var draws = new RandomDraws(samples is null ? [] : [samples]);
        var context = new ProbSparseAttention(sizes.Factor).Call(queries, keys, values, sizes.Rules());
        Assert.Equal(0, draws.Remaining);
        Assert.Equal([sizes.Batch, sizes.Heads, sizes.Queries, sizes.Width], context.Shape);
        // Of queries that stand out equally, as those do that sampled a single key, any may be kept.
        if (sizes.Loop(queries.Numbers(), keys.Numbers(), values.Numbers(), samples?.Numbers()) is { } expected)
            Tensors.AssertClose(expected, context, 1e-9);
    }, runs: 80);

    [Fact]
    public void KeepingEveryQueryItIsSoftmaxAttention()
    {
        using var scope = new TensorScope();
        foreach (var kind in Enum.GetValues<MaskKind>())
        {
            var sizes = new Sizes(2, 3, 9, 9, 4, Factor: 9, kind);
            var (queries, keys, values) = sizes.Draw();
            var mask = sizes.Rules();
            var expected = new SoftmaxAttention().Call(queries, keys, values, mask);
            Tensors.AssertClose(expected, new ProbSparseAttention(9).Call(queries, keys, values, mask));
        }
    }

    [Fact]
    public void ALazyQueryGetsTheMeanOrUnderACausalMaskTheSum()
    {
        using var scope = new TensorScope();
        // Queries of length 0 attend evenly; 3 of 12, the logarithm rounded up, are kept.
        var (queries, keys) = (Functional.Zeros([1, 1, 12, 2]), Tensors.Normal(1, 1, 1, 12, 2));
        var values = Functional.Arange(1, 13, dtype: DType.Float32).View([1, 1, 12, 1]);
        var attention = new ProbSparseAttention(1);
        Assert.All(attention.Call(queries, keys, values).Numbers(), value => Assert.Equal(6.5, value, 1e-5));
        var rows = attention.Call(queries, keys, values, AttentionMask.Causal).Numbers();
        bool IsSum(int row) => Math.Abs(rows[row] - (row + 1) * (row + 2) / 2.0) < 1e-4;
        bool IsMean(int row) => Math.Abs(rows[row] - (row + 2) / 2.0) < 1e-4;
        Assert.All(Enumerable.Range(0, 12), row => Assert.True(IsSum(row) || IsMean(row)));
        // The first row is both.
        Assert.InRange(Enumerable.Range(1, 11).Count(IsMean), 2, 3);
    }

    [Fact]
    public void OfTheFutureOnlyTheChoiceOfQueriesIsLeaked()
    {
        using var scope = new TensorScope();
        var sizes = new Sizes(1, 2, 15, 15, 3, 1, MaskKind.Causal);
        var (queries, keys, values) = sizes.Draw();
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        var context = new ProbSparseAttention(1).Call(queries, keys, values, AttentionMask.Causal);
        for (var seen = 0; seen < 15; seen++)
        {
            queries.Grad = keys.Grad = values.Grad = null;
            Autograd.Backward([context[.., .., seen].Square().Sum()], [null], retainGraph: true);
            foreach (var input in new[] { queries, keys, values })
                Assert.All(input.Grad![.., .., (seen + 1)..].Numbers(), gradient => Assert.Equal(0, gradient));
            Assert.Contains(values.Grad![.., .., seen].Numbers(), gradient => gradient != 0);
        }
    }

    [Fact]
    public void PaddingDoesNotMatter()
    {
        using var scope = new TensorScope();
        var sizes = new Sizes(2, 2, 11, 14, 3, 2, MaskKind.None);
        var (queries, keys, values) = sizes.Draw();
        var real = Functional.Ones([2, 14], DType.Bool);
        real[1, 10..] = Tensor.From(false);
        Tensor Answer()
        {
            using var draws = new RandomDraws(sizes.Samples()!);
            return new ProbSparseAttention(2).Call(queries, keys, values, AttentionMask.OfKeys(real));
        }

        var before = Answer();
        keys[1, .., 10..] = Tensor.From(1e3f);
        values[1, .., 10..] = Tensor.From(-1e3f);
        Tensors.AssertClose(before, Answer(), 1e-6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GradientsAreSlopes(bool causal)
    {
        var (queries, keys, values) = (Tensors.Normal64(1, 2, 2, 9, 3), Tensors.Normal64(2, 2, 2, 9, 3), Tensors.Normal64(3, 2, 2, 9, 3));
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        var samples = new Sizes(2, 2, 9, 9, 3, 2, MaskKind.None).Samples()!;
        FiniteDifferences.AssertGradients([queries, keys, values], () =>
        {
            using var draws = new RandomDraws(samples);
            return new ProbSparseAttention(2).Call(queries, keys, values, causal ? AttentionMask.Causal : null).Square().Sum();
        });
    }

    [Fact]
    public void KeysAreDrawnAnewInEvaluationToo()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = new Sizes(1, 1, 40, 40, 4, 1, MaskKind.None).Draw();
        var attention = new ProbSparseAttention(1);
        attention.Eval();
        TorchRuntime.ManualSeed(1);
        var first = attention.Call(queries, keys, values);
        Assert.NotEqual(first.Numbers(), attention.Call(queries, keys, values).Numbers());
        TorchRuntime.ManualSeed(1);
        Tensors.AssertSame(first, attention.Call(queries, keys, values));
    }

    [Fact]
    public void WeightsOfEveryQueryAreOfferedForInspection() => Property.Holds(s_sizes.Where(sizes => sizes.Kind != MaskKind.Causal), sizes =>
    {
        using var scope = new TensorScope();
        using var recorder = new Recorder();
        var (queries, keys, values) = sizes.Draw();
        var context = new ProbSparseAttention(sizes.Factor).Call(queries, keys, values, sizes.Rules());
        Tensors.AssertClose(context, Assert.Single(recorder.Named("weights")).MatMul(values), 1e-4);
    }, runs: 20);

    private sealed record Sizes(int Batch, int Heads, int Queries, int Keys, int Width, int Factor, MaskKind Kind)
    {
        private int Sampled => Share(Keys);

        public (Tensor Queries, Tensor Keys, Tensor Values) Draw() =>
            (Tensors.Normal64(1, Batch, Heads, Queries, Width), Tensors.Normal64(2, Batch, Heads, Keys, Width),
                Tensors.Normal64(3, Batch, Heads, Keys, Width));

        /// <summary>The numbers of the sampled keys; null when none is drawn.</summary>
        public Tensor? Samples() => Sampled == 0 ? null
            : (Tensors.Normal64(5, Queries, Sampled).Abs() * 1000).To(DType.Int64).Remainder(Keys);

        /// <summary>Every query sees the first key.</summary>
        public AttentionMask? Rules() => Kind switch
        {
            MaskKind.None => null,
            MaskKind.Causal => AttentionMask.Causal,
            _ => AttentionMask.OfPairs(Pairs()),
        };

        private Tensor Pairs()
        {
            var mask = Tensors.Normal(4, Batch, 1, Kind == MaskKind.Keys ? 1 : Queries, Keys) > 0;
            mask[.., .., .., 0] = Tensor.From(true);
            return mask;
        }

        /// <summary>The context; null when which queries are kept is a matter of chance.</summary>
        public double[]? Loop(double[] queries, double[] keys, double[] values, double[]? samples)
        {
            var mask = Rules()?.Table(Queries, Keys)!.Expand([Batch, Heads, Queries, Keys]).Numbers();
            var isCausal = Kind == MaskKind.Causal;
            var context = new double[Batch * Heads * Queries * Width];
            for (var head = 0; head < Batch * Heads; head++)
            {
                bool Sees(int query, int key) => mask is null || mask[(head * Queries + query) * Keys + key] != 0;
                double Score(int query, int key) => Enumerable.Range(0, Width).Sum(i =>
                    queries[(head * Queries + query) * Width + i] * keys[(head * Keys + key) * Width + i]);
                double Prominence(int query)
                {
                    bool Counts(int key) => isCausal || Sees(query, key);
                    int[] sampled = [.. Enumerable.Range(0, Sampled).Select(i => (int)samples![query * Sampled + i]).Where(Counts)];
                    return sampled.Length == 0 ? double.NegativeInfinity
                        : sampled.Max(key => Score(query, key)) - sampled.Sum(key => Score(query, key)) / Enumerable.Range(0, Keys).Count(Counts);
                }

                var order = Sampled == 0 ? [] : Enumerable.Range(0, Queries).OrderByDescending(Prominence).ToArray();
                var kept = order.Take(Share(Queries)).ToHashSet();
                if (kept.Count < order.Length && kept.Count > 0 && !(Prominence(order[kept.Count - 1]) - Prominence(order[kept.Count]) > 1e-9))
                    return null;
                for (var query = 0; query < Queries; query++)
                {
                    var seen = Enumerable.Range(0, Keys).Where(key => Sees(query, key)).ToArray();
                    var weights = seen.Select(key => kept.Contains(query) ? Math.Exp(Score(query, key) / Math.Sqrt(Width)) : 1).ToArray();
                    var total = isCausal && !kept.Contains(query) ? 1 : weights.Sum();
                    for (var i = 0; i < Width; i++)
                        context[(head * Queries + query) * Width + i] =
                            seen.Zip(weights).Sum(pair => pair.Second * values[(head * Keys + pair.First) * Width + i]) / total;
                }
            }

            return context;
        }

        private int Share(int tokens) => Math.Min(Factor * (int)Math.Ceiling(Math.Log(tokens)), tokens);
    }
}
