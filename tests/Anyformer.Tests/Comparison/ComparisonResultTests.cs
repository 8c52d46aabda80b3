using Anyformer.Comparison;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Comparison;

public class ComparisonResultTests
{
    private static readonly Gen<ModelResult[]> Models =
        Gen.Elements(0.1, 0.2, 0.3, double.NaN)
            .Zip(Gen.Elements(1.0, 2.0, 3.0, double.NaN)).Zip(Gen.Elements(null, "Out of memory."))
            .ArrayOf()
            .Select(drawn => drawn.Select((model, place) =>
                Model($"m{place}", error: model.Item1.Item1, latency: model.Item1.Item2, failure: model.Item2)).ToArray());

    [Fact]
    public void TheSampleIsRankedByValidationError()
    {
        var summaries = SampleComparison.Create(1, 2, 3).Summaries;
        Assert.Equal(
            ["itransformer", "patchtst", "nystromformer", "dlinear", "crossformer", "informer", "autoformer", "pyraformer"],
            summaries.Select(summary => summary.Id));
        Assert.Equal([1, 2, 3, 4, 5, 6, null, null], summaries.Select(summary => summary.Rank));
        Assert.Equal(
            ["itransformer", "nystromformer", "dlinear"],
            summaries.Where(summary => summary.OnParetoFront).Select(summary => summary.Id));
    }

    [Fact]
    public void RanksFollowTheErrorAndFailuresHaveNone() => Property.Holds(Models, models =>
    {
        var summaries = Compare(models).Summaries;
        var ranked = summaries.TakeWhile(summary => summary.Rank is not null).ToArray();
        Assert.Equal(models.Select(model => model.Id).Order(), summaries.Select(summary => summary.Id).Order());
        Assert.Equal(Enumerable.Range(1, ranked.Length), ranked.Select(summary => summary.Rank!.Value));
        Assert.Equal(ranked.Select(summary => summary.Errors[0].Mean).Order(), ranked.Select(summary => summary.Errors[0].Mean));
        Assert.All(summaries.Skip(ranked.Length), summary =>
        {
            Assert.True(summary is { Rank: null, OnParetoFront: false });
            Assert.True(summary.Failure is not null || double.IsNaN(summary.Errors[0].Mean));
        });
        Assert.All(ranked, summary => Assert.Null(summary.Failure));
    });

    [Fact]
    public void TheFirstIsOnTheFrontWheneverLatencyIsKnown() => Property.Holds(Models, models =>
    {
        var summaries = Compare(models).Summaries;
        if (summaries.Count > 0 && summaries[0].Rank == 1 && double.IsFinite(summaries[0].LatencyMilliseconds.Mean))
            Assert.True(summaries[0].OnParetoFront);
    });

    [Fact]
    public void TiesGoToTheFasterThenByIdentifier()
    {
        var summaries = Compare(Model("c", 0.1, double.NaN), Model("b", 0.1, 2), Model("a", 0.1, 2), Model("d", 0.1, 1)).Summaries;
        Assert.Equal(["d", "a", "b", "c"], summaries.Select(summary => summary.Id));
    }

    [Fact]
    public void FiguresAreMeansOverSeeds()
    {
        var seeds = Model("a", 0.1, 1).Seeds.Concat(Model("a", 0.3, 3).Seeds).ToArray();
        var summary = Compare(new ModelResult { Id = "a", Name = "A", Seeds = seeds }).Summaries[0];
        Assert.Equal(0.2, summary.Errors[0].Mean, 12);
        Assert.Equal(Math.Sqrt(0.02), summary.Errors[0].StandardDeviation, 12);
        Assert.Equal(new Statistic(2, Math.Sqrt(2), 2), summary.LatencyMilliseconds);
        Assert.Equal(double.NaN, summary.Errors[1].Mean);
    }

    private static ComparisonResult Compare(params ModelResult[] models) => SampleComparison.Create(1) with { Models = models };

    private static ModelResult Model(string id, double error, double latency, string? failure = null) => new()
    {
        Id = id,
        Name = id,
        Failure = failure,
        Seeds =
        [
            SampleComparison.Create(1).Models[0].Seeds[0] with
            {
                Errors = new Dictionary<string, double> { ["validation-mse"] = error },
                LatencyMilliseconds = latency,
            },
        ],
    };
}
