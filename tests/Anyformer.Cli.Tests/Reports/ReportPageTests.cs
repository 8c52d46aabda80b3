using System.Text.RegularExpressions;
using Anyformer.Cli.Reports;
using Anyformer.Comparison;
using Anyformer.Tests.Comparison;

namespace Anyformer.Cli.Tests.Reports;

public partial class ReportPageTests
{
    private const string Hostile = "</script><!--<b title='x\"'>\u2028{{data}}";

    [Fact]
    public void ThePageNamesNothingOutsideItself()
    {
        var page = ComparisonReport.Render(SampleComparison.Create(1));
        Assert.Empty(OutsideReference().Matches(page));
        Assert.Contains(
            "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-", page, StringComparison.Ordinal);
    }

    [Fact]
    public void TextFromOutsideIsEscapedInMarkupAndInData()
    {
        var page = ComparisonReport.Render(Renamed(SampleComparison.Create(1, 2)));
        Assert.Contains(
            "<title>&lt;/script&gt;&lt;!--&lt;b title=&#39;x&quot;&#39;&gt;\u2028{{data}}</title>", page, StringComparison.Ordinal);
        Assert.Contains("<b>Failed.</b> &lt;/script&gt;&lt;!--", page, StringComparison.Ordinal);
        Assert.DoesNotContain("</script><!--", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b title=", page, StringComparison.Ordinal);
        var data = Data().Match(page).Groups[1].Value;
        Assert.DoesNotContain("\u2028", data, StringComparison.Ordinal);
        Assert.Equal(Hostile, ComparisonJson.Read(data, "page").Experiment.Title);
    }

    [Fact]
    public void FailuresSayWhyAndOthersKeepTheirRows()
    {
        var page = ComparisonReport.Render(SampleComparison.Create(1, 2));
        Assert.Contains("<b>Failed.</b> The loss was NaN at step 412.", page, StringComparison.Ordinal);
        foreach (var id in new[] { "itransformer", "informer", "autoformer" })
            Assert.Contains($"<tr data-model=\"{id}\">", page, StringComparison.Ordinal);
    }

    [Fact]
    public void AComparisonInWhichAllFailedHasTheReasonsAndNoChart()
    {
        var result = SampleComparison.Create();
        var page = ComparisonReport.Render(result with { Models = [.. result.Models.Skip(6)], Forecasts = [] });
        Assert.Contains("No model has a result. 2 of 2 models failed.", page, StringComparison.Ordinal);
        Assert.Contains("<b>Failed.</b> The loss was NaN at step 412.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<div class=\"chart\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void ATrainingRunShowsItsRecipeAndNoRanking()
    {
        var result = SampleComparison.Create(1);
        var page = TrainReport.Render(result with { Models = [result.Models[0]], Forecasts = [] }, "model: <itransformer>");
        Assert.Contains("<pre><code>model: &lt;itransformer&gt;</code></pre>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<div class=\"chart\" data-chart=\"pareto\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<div class=\"chart\" data-chart=\"forecast\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void WritingReplacesTheFileAndLeavesNothingBeside()
    {
        var folder = Directory.CreateTempSubdirectory("anyformer-report-");
        try
        {
            var path = Path.Combine(folder.FullName, "run", "report.html");
            ReportPage.Write(path, "old");
            ReportPage.Write(path, "new");
            Assert.Equal("new", File.ReadAllText(path));
            Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
            var below = Path.Combine(path, "report.html");
            Assert.Contains(below, Assert.Throws<UserException>(() => ReportPage.Write(below, "no")).Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static ComparisonResult Renamed(ComparisonResult result) => result with
    {
        Experiment = result.Experiment with { Title = Hostile, Machine = [new(Hostile, Hostile)] },
        Models = [.. result.Models.Select(model => model with { Name = Hostile, Failure = model.Failure is null ? null : Hostile })],
    };

    [GeneratedRegex("(src|href|action)=[\"']?(https?:)?//|@import", RegexOptions.IgnoreCase)]
    private static partial Regex OutsideReference();

    [GeneratedRegex("<script type=\"application/json\" id=\"data\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Data();
}
