using Anyformer.Attention;
using Anyformer.Attention.Frequency;
using Anyformer.Inspection;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Frequency;

public sealed class AutoCorrelationTests
{
    [Fact]
    public void AgreesWithAPlainLoop() => Property.Holds(
        from outer in Gen.Choose(1, 3).Two()
        from steps in Gen.Choose(1, 17).Two()
        from width in Gen.Choose(1, 4)
        from factor in Gen.Elements(0.5, 1, 2)
        from training in Gen.Elements(true, false)
        select (Batch: outer.Item1, Heads: outer.Item2, Queries: steps.Item1, Keys: steps.Item2, Width: width, Factor: factor, IsTraining: training), sizes =>
    {
        using var scope = new TensorScope();
        var queries = Tensors.Normal(1, sizes.Batch, sizes.Heads, sizes.Queries, sizes.Width);
        var keys = Tensors.Normal(2, sizes.Batch, sizes.Heads, sizes.Keys, sizes.Width);
        var values = Tensors.Normal(3, sizes.Batch, sizes.Heads, sizes.Keys, sizes.Width);
        var attention = new AutoCorrelation(sizes.Factor);
        attention.Train(sizes.IsTraining);
        var expected = Loop(queries, keys, values, sizes.Factor, sizes.IsTraining);
        Tensors.AssertClose(expected, attention.Call(queries, keys, values), 1e-4);
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
        var (queries, keys, values) = (Tensors.Normal64(1, 2, 2, 7, 3), Tensors.Normal64(2, 2, 2, keyCount, 3), Tensors.Normal64(3, 2, 2, keyCount, 3));
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
            Assert.Throws<UserException>(() => new AutoCorrelation().Call(series, series, series, Masks.Causal(5))).Message);
    }

    private static double[] Loop(Tensor queries, Tensor keys, Tensor values, double factor, bool training)
    {
        var (batch, heads, steps, width, given) = ((int)queries.Size(0), (int)queries.Size(1), (int)queries.Size(2), (int)queries.Size(3), (int)keys.Size(2));
        var (q, k, v) = (queries.Numbers(), keys.Numbers(), values.Numbers());
        double At(double[] x, int count, int sample, int head, int step, int i) => step < count ? x[((sample * heads + head) * count + step) * width + i] : 0;
        double Agreement(int sample, int lag) => (
            from head in Enumerable.Range(0, heads)
            from step in Enumerable.Range(0, steps)
            from i in Enumerable.Range(0, width)
            select At(q, steps, sample, head, (step + lag) % steps, i) * At(k, given, sample, head, step, i)).Sum() / (heads * width);
        var agreements = Enumerable.Range(0, batch).Select(sample => Enumerable.Range(0, steps).Select(lag => Agreement(sample, lag)).ToArray()).ToArray();
        var count = Math.Clamp((int)(factor * Math.Log(steps)), 1, steps);
        int[] Best(Func<int, double> of) => [.. Enumerable.Range(0, steps).OrderByDescending(of).Take(count)];
        var context =
            from sample in Enumerable.Range(0, batch)
            let lags = Best(lag => training ? agreements.Average(row => row[lag]) : agreements[sample][lag])
            let weights = lags.Select(lag => Math.Exp(agreements[sample][lag])).ToArray()
            from head in Enumerable.Range(0, heads)
            from step in Enumerable.Range(0, steps)
            from i in Enumerable.Range(0, width)
            select lags.Zip(weights).Sum(pair => pair.Second / weights.Sum() * At(v, given, sample, head, (step + pair.First) % steps, i));
        return [.. context];
    }
}
