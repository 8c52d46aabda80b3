using Anyformer.Attention;
using Anyformer.Attention.Frequency;
using Anyformer.Inspection;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Frequency;

public sealed class AutoCorrelationTests
{
    private static readonly Gen<Sizes> s_sizes =
        from outer in Gen.Choose(1, 3).Two()
        from steps in Gen.Choose(1, 17).Two()
        from width in Gen.Choose(1, 4)
        from factor in Gen.Elements(0.5, 1, 2)
        from training in Gen.Elements(true, false)
        select new Sizes(outer.Item1, outer.Item2, steps.Item1, steps.Item2, width, factor, training);

    [Fact]
    public void AgreesWithAPlainLoop() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var queries = Tensors.Normal64(1, sizes.Batch, sizes.Heads, sizes.Queries, sizes.Width);
        var keys = Tensors.Normal64(2, sizes.Batch, sizes.Heads, sizes.Keys, sizes.Width);
        var values = Tensors.Normal64(3, sizes.Batch, sizes.Heads, sizes.Keys, sizes.Width);
        var attention = new AutoCorrelation(sizes.Factor);
        attention.Train(sizes.IsTraining);
        Tensors.AssertClose(sizes.Loop(queries.Numbers(), keys.Numbers(), values.Numbers()), attention.Call(queries, keys, values), 1e-9);
    }, runs: 60);

    [Fact]
    public void FindsThePeriodOfASeries()
    {
        using var scope = new TensorScope();
        // Period 7 in 21 steps: the lags 0, 7 and 14 agree fully, so their mean is the series itself.
        var series = (Functional.Arange(21, dtype: DType.Float64) * (2 * Math.PI / 7)).Cos().View([1, 1, 21, 1]);
        Tensors.AssertClose(series, new AutoCorrelation(1).Call(series, series, series), 1e-9);
    }

    [Fact]
    public void TrainingChoosesForTheWholeBatchAndEvaluationForEachSample()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = (Tensors.Normal(1, 3, 2, 15, 4), Tensors.Normal(2, 3, 2, 15, 4), Tensors.Normal(3, 3, 2, 15, 4));
        var attention = new AutoCorrelation(1);
        Tensor Alone() => attention.Call(queries[1..2], keys[1..2], values[1..2]);
        Assert.NotEqual(attention.Call(queries, keys, values)[1..2].Numbers(), Alone().Numbers());
        attention.Eval();
        Tensors.AssertClose(attention.Call(queries, keys, values)[1..2], Alone(), 1e-5);
    }

    [Fact]
    public void HeadsAreTakenTogether()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = (Tensors.Normal(1, 2, 11, 6), Tensors.Normal(2, 2, 11, 6), Tensors.Normal(3, 2, 11, 6));
        Tensor Answer(int heads)
        {
            Tensor Split(Tensor x) => x.View([2, 11, heads, 6 / heads]).Transpose(1, 2);
            return new AutoCorrelation(2).Call(Split(queries), Split(keys), Split(values)).Transpose(1, 2).Flatten(2);
        }

        Tensors.AssertSame(Answer(1), Answer(3));
    }

    [Theory]
    [InlineData(true, 7)]
    [InlineData(false, 7)]
    [InlineData(false, 4)]
    [InlineData(true, 10)]
    public void GradientsAreSlopes(bool training, int keyCount)
    {
        var queries = Tensors.Normal64(1, 2, 2, 7, 3);
        var (keys, values) = (Tensors.Normal64(2, 2, 2, keyCount, 3), Tensors.Normal64(3, 2, 2, keyCount, 3));
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        var attention = new AutoCorrelation(2);
        attention.Train(training);
        FiniteDifferences.AssertGradients([queries, keys, values], () => attention.Call(queries, keys, values).Square().Sum());
    }

    [Fact]
    public void CorrelationsAreOfferedForInspection()
    {
        using var scope = new TensorScope();
        using var recorder = new Recorder();
        var (queries, keys) = (Tensors.Normal64(1, 2, 2, 5, 3), Tensors.Normal64(2, 2, 2, 5, 3));
        new AutoCorrelation().Call(queries, keys, keys);
        var expected = Functional.Stack([.. Enumerable.Range(0, 5).Select(lag => (queries.Roll([-lag], [2]) * keys).Sum([2]))], 2);
        Tensors.AssertClose(expected, Assert.Single(recorder.Named("correlations")), 1e-9);
    }

    [Fact]
    public void AMaskIsRefused()
    {
        using var scope = new TensorScope();
        var series = Tensors.Normal(1, 1, 1, 5, 2);
        Assert.Equal("Auto-correlation rolls whole series and cannot obey a mask; choose another attention function where tokens are masked.",
            Assert.Throws<UserException>(() => new AutoCorrelation().Call(series, series, series, AttentionMask.Causal)).Message);
    }

    private sealed record Sizes(int Batch, int Heads, int Queries, int Keys, int Width, double Factor, bool IsTraining)
    {
        public double[] Loop(double[] queries, double[] keys, double[] values)
        {
            var agreements = Enumerable.Range(0, Batch)
                .Select(sample => Enumerable.Range(0, Queries).Select(lag => Agreement(queries, keys, sample, lag)).ToArray()).ToArray();
            var count = Math.Clamp((int)(Factor * Math.Log(Queries)), 1, Queries);
            var context =
                from sample in Enumerable.Range(0, Batch)
                let lags = Enumerable.Range(0, Queries)
                    .OrderByDescending(lag => IsTraining ? agreements.Average(row => row[lag]) : agreements[sample][lag]).Take(count).ToArray()
                let weights = lags.Select(lag => Math.Exp(agreements[sample][lag])).ToArray()
                from head in Enumerable.Range(0, Heads)
                from step in Enumerable.Range(0, Queries)
                from i in Enumerable.Range(0, Width)
                select lags.Zip(weights).Sum(pair => pair.Second / weights.Sum() * Key(values, sample, head, (step + pair.First) % Queries, i));
            return [.. context];
        }

        private double Agreement(double[] queries, double[] keys, int sample, int lag) => (
            from head in Enumerable.Range(0, Heads)
            from step in Enumerable.Range(0, Queries)
            from i in Enumerable.Range(0, Width)
            let query = queries[((sample * Heads + head) * Queries + (step + lag) % Queries) * Width + i]
            select query * Key(keys, sample, head, step, i)).Sum() / (Heads * Width);

        /// <summary>Of a key or a value; zero after the last one.</summary>
        private double Key(double[] keys, int sample, int head, int step, int i) =>
            step < Keys ? keys[((sample * Heads + head) * Keys + step) * Width + i] : 0;
    }
}
