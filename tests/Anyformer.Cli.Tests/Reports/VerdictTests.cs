using Anyformer.Cli.Reports;
using Anyformer.Comparison;
using Anyformer.Tests.Comparison;

namespace Anyformer.Cli.Tests.Reports;

public class VerdictTests
{
    [Fact]
    public void ASlowWinnerIsWeighedAgainstTheFastestOfTheFront() => Assert.Equal(
        "Take best: best validation MSE 0.2000 ± 0.0014; quick is 6 times as fast at 5 % more error.",
        Verdict.Of(Comparison(Model("best", 6, 0.199, 0.201), Model("middle", 5, 0.206, 0.206), Model("quick", 1, 0.209, 0.211))));

    [Fact]
    public void AWinnerInBothHasNoAlternative() => Assert.Equal(
        "Take best: best validation MSE 0.2000 ± 0.0000, and no other model is faster.",
        Verdict.Of(Comparison(Model("best", 1, 0.2, 0.2), Model("other", 2, 0.3, 0.3))));

    [Fact]
    public void ALeadWithinTheSpreadIsSaidToBe() => Assert.EndsWith(
        " Its lead over other is within the spread over seeds.",
        Verdict.Of(Comparison(Model("best", 1, 0.18, 0.22), Model("other", 2, 0.19, 0.23))), StringComparison.Ordinal);

    [Fact]
    public void OneSeedIsSaidToProveLittle() => Assert.EndsWith(
        " Measured with one seed, so small differences may be chance.",
        Verdict.Of(Comparison(Model("best", 1, 0.2), Model("other", 2, 0.3))), StringComparison.Ordinal);

    [Fact]
    public void OneThatFinishedIsNotCalledBest() => Assert.Equal(
        "Only best has a result: validation MSE 0.2000. 1 of 2 models failed.",
        Verdict.Of(Comparison(Model("best", 1, 0.2), Failed("other"))));

    [Fact]
    public void NoneThatFinishedIsSaid() => Assert.Equal(
        "No model has a result. 1 of 1 models failed.", Verdict.Of(Comparison(Failed("other"))));

    [Fact]
    public void AnErrorOfZeroIsNotDividedBy() => Assert.Contains(
        "; quick is 2 times as fast at an error of 0.1000.",
        Verdict.Of(Comparison(Model("best", 2, 0, 0), Model("quick", 1, 0.1, 0.1))), StringComparison.Ordinal);

    private static ComparisonResult Comparison(params ModelResult[] models) =>
        SampleComparison.Create(1) with { Models = models };

    private static ModelResult Failed(string id) => new() { Id = id, Name = id, Failure = "Out of memory.", Seeds = [] };

    private static ModelResult Model(string id, double latency, params double[] errors)
    {
        var sample = SampleComparison.Create(1).Models[0].Seeds[0];
        return new()
        {
            Id = id,
            Name = id,
            Seeds = [.. errors.Select(error => sample with
            {
                LatencyMilliseconds = latency,
                Errors = new Dictionary<string, double> { ["validation-mse"] = error },
            })],
        };
    }
}
