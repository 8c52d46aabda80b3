using Anyformer.Models.Forecasting.Pathways;
using Anyformer.Modules;
using Anyformer.Torch;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Models.Forecasting.Pathways;

public sealed class PathwayRouterTests
{
    private const int Steps = 9, Variates = 3;

    [Fact]
    public void GatesAreTheSoftmaxOfTheBestScores() => Property.Holds(
        from experts in Gen.Choose(1, 6)
        from chosen in Gen.Choose(1, experts)
        from batch in Gen.Choose(1, 7)
        select (experts, chosen, batch), drawn =>
        {
            using var scope = new TensorScope();
            var (experts, chosen, batch) = drawn;
            var (router, series) = (Router(experts, chosen), Tensors.Normal64(batch, batch, Variates, Steps));
            router.Eval();
            var routing = router.Choose(series);
            var scores = Scores(router, series, "scores", experts);
            var gates = scores.Select(row => Gates(row, chosen)).ToArray();
            Tensors.AssertClose([.. gates.SelectMany(row => row)], routing.Gates, 1e-9);
            Assert.Equal(Enumerable.Range(0, experts).Select(e => (double)gates.Count(row => row[e] > 0)), routing.Load.Numbers());
            Assert.Equal(scores.SelectMany(row => Best(row, chosen)), routing.Choices.Numbers().Select(choice => (int)choice));
            Tensors.AssertClose([.. gates.SelectMany((row, i) => Best(scores[i], chosen).Select(e => Math.Log(row[e])))], routing.LogGates, 1e-9);
        }, runs: 40);

    [Fact]
    public void WhileTrainingNoiseOfALearnedSizeIsAdded()
    {
        using var scope = new TensorScope();
        const int experts = 5, chosen = 2, batch = 6;
        var (router, series, noise) = (Router(experts, chosen), Tensors.Normal64(1, batch, Variates, Steps), Tensors.Normal64(2, batch, experts));
        using var draws = new RandomDraws(noise);
        var routing = router.Choose(series);
        var (clean, drawn) = (Scores(router, series, "scores", experts), noise.Numbers().Chunk(experts).ToArray());
        var deviation = Scores(router, series, "noise", experts).Select(row => row.Select(raw => Math.Log(1 + Math.Exp(raw)) + 0.01).ToArray()).ToArray();
        var noisy = clean.Select((row, b) => row.Select((score, e) => score + deviation[b][e] * drawn[b][e]).ToArray()).ToArray();
        Tensors.AssertClose([.. noisy.SelectMany(row => Gates(row, chosen))], routing.Gates, 1e-9);

        // An expert is chosen when its score passes all but chosen - 1 of the other experts'.
        double Probability(int b, int e)
        {
            var bar = noisy[b].Where((_, other) => other != e).OrderDescending().ElementAt(chosen - 1);
            return (1 + Tensor.From((clean[b][e] - bar) / deviation[b][e] / Math.Sqrt(2)).Erf().Item<double>()) / 2;
        }

        var load = Enumerable.Range(0, experts).Select(e => Enumerable.Range(0, batch).Sum(b => Probability(b, e))).ToArray();
        Tensors.AssertClose(load, routing.Load, 1e-9);
        Assert.Equal(0, draws.Remaining);
    }

    [Fact]
    public void NoiseIsDrawnEvenIfAllExpertsAreChosen()
    {
        using var scope = new TensorScope();
        var (router, noise) = (Router(3, 3), Tensors.Normal64(2, 4, 3));
        using var draws = new RandomDraws(noise);
        var routing = router.Choose(Tensors.Normal64(1, 4, Variates, Steps));
        Assert.Equal([4.0, 4, 4], routing.Load.Numbers());
        Assert.Equal(0, draws.Remaining);
    }

    [Fact]
    public void TheBalanceLossIsTheVariationOfImportanceAndLoad()
    {
        using var scope = new TensorScope();
        var gates = Tensor.From([0.5, 0.5, 0, 1.0, 0, 0]).Reshape([2, 3]);
        var routing = new Routing(gates, gates, gates, Tensor.From([2.0, 1, 0]));
        // Importance 1.5, 0.5, 0: mean 2/3, variance 7/12; load: mean 1, variance 1.
        Assert.Equal(0.01 * (7.0 / 12 / (4.0 / 9) + 1), routing.BalanceLoss().Item<double>(), 9);
    }

    [Fact]
    public void EqualUseCostsNothing()
    {
        using var scope = new TensorScope();
        var gates = Functional.Full([6, 3], 1.0 / 3, DType.Float64);
        Assert.Equal(0, new Routing(gates, gates, gates, Tensor.From([4.0, 4, 4])).BalanceLoss().Item<double>(), 12);
    }

    [Fact]
    public void OneExpertIsAlwaysInBalance()
    {
        using var scope = new TensorScope();
        var router = Router(1, 1);
        var routing = router.Call(Tensors.Normal64(1, 4, Variates, Steps));
        Assert.Equal([1.0, 1, 1, 1], routing.Gates.Numbers());
        Assert.Equal(0, routing.BalanceLoss().Item<double>());
    }

    [Theory]
    [InlineData(4, 5)]
    [InlineData(1, 2)]
    [InlineData(3, 0)]
    public void NoMoreExpertsCanBeChosenThanThereAre(int experts, int chosen) => Assert.Equal(
        $"A router must choose at least one of its experts and at most all, found {chosen} of {experts}.",
        Assert.Throws<UserException>(() => new PathwayRouter(Steps, Variates, experts, chosen)).Message);

    private static PathwayRouter Router(int experts, int chosen)
    {
        var router = new PathwayRouter(Steps, Variates, experts, chosen);
        router.To(DType.Float64);
        return router;
    }

    /// <summary>A linear map of the mixed variates, sample by sample.</summary>
    private static double[][] Scores(PathwayRouter router, Tensor series, string map, int experts)
    {
        var state = router.StateDict().ToDictionary(item => item.Key, item => item.Value.Numbers());
        var values = series.Numbers();
        double Mixed(int b, int t) => state["variate_weights.bias"][0]
            + Enumerable.Range(0, Variates).Sum(n => state["variate_weights.weight"][n] * values[(b * Variates + n) * Steps + t]);
        return [.. Enumerable.Range(0, (int)series.Size(0)).Select(b => Enumerable.Range(0, experts).Select(e =>
            state[$"{map}.bias"][e] + Enumerable.Range(0, Steps).Sum(t => state[$"{map}.weight"][e * Steps + t] * Mixed(b, t))).ToArray())];
    }

    private static int[] Best(double[] scores, int chosen) => [.. Enumerable.Range(0, scores.Length).OrderByDescending(e => scores[e]).Take(chosen)];

    private static double[] Gates(double[] scores, int chosen)
    {
        var best = Best(scores, chosen);
        var total = best.Sum(e => Math.Exp(scores[e]));
        return [.. scores.Select((score, e) => best.Contains(e) ? Math.Exp(score) / total : 0)];
    }
}
