using System.Text.RegularExpressions;
using Anyformer.Cli.Reports;
using Anyformer.Tests.Comparison;

namespace Anyformer.Cli.Tests.Reports;

public partial class ReportInBrowserTests
{
    [SkippableFact]
    public void EveryChartOfAComparisonIsDrawnAndNoOtherScriptRuns()
    {
        var page = ComparisonReport.Render(SampleComparison.Create(1, 2, 3));
        var document = Browser.Open(WithScript(page, "document.title = 'owned'"));
        Assert.Equal((3, 3, ""), Browser.Charts(document));
        Assert.Contains("validation MSE</text>", document, StringComparison.Ordinal);
        Assert.Contains("DLinear</text>", document, StringComparison.Ordinal);
        Assert.DoesNotContain("<title>owned", document, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void EveryChartOfATrainingRunIsDrawnAlsoWhereTimesAreRowNumbers()
    {
        var result = SampleComparison.Create(1);
        var sample = result.Forecasts[0] with
        {
            HistoryTimes = [.. Enumerable.Range(7000, 96).Select(row => $"{row}")],
            TruthTimes = [.. Enumerable.Range(7096, 96).Select(row => $"{row}")],
        };
        var document = Browser.Open(TrainReport.Render(result with { Models = [result.Models[0]], Forecasts = [sample] }, "model: itransformer"));
        Assert.Equal((2, 2, ""), Browser.Charts(document));
        Assert.Contains(">7000</text>", document, StringComparison.Ordinal);
        Assert.Contains(">forecast</text>", document, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void HostileTextRunsNothingAndBreaksNothing()
    {
        const string hostile =
            "</script><!--<script><img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>\u2028";
        var result = SampleComparison.Create(1);
        var page = ComparisonReport.Render(result with
        {
            Experiment = result.Experiment with { Title = hostile, Command = hostile, Metrics = [new("validation-mse", hostile, hostile)] },
            Models = [.. result.Models.Select(model => model with { Name = hostile + model.Id })],
            Forecasts = [.. result.Forecasts.Select(sample => sample with { Variate = hostile })],
        });
        var document = Browser.Open(WithScript(WithoutPolicy(page), """
            for (const place of document.querySelectorAll("[data-chart]"))
              echarts.getInstanceByDom(place).dispatchAction({ type: "showTip", seriesIndex: 2, dataIndex: 0 });
            """));
        Assert.Equal((3, 3, ""), Browser.Charts(document));
        Assert.Equal(2, Regex.Count(document, "<table class=\"tooltip\"><tbody><tr><td>.*?&lt;img"));
        Assert.DoesNotContain("<title>owned", document, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=\"x\"", document, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void TheReaderSortsHidesAndChooses()
    {
        var document = Browser.Open(WithScript(WithoutPolicy(ComparisonReport.Render(SampleComparison.Create(1, 2, 3))), """
            const click = selector => document.querySelector(selector).click();
            const choose = (selector, value) => {
              const select = document.querySelector(selector);
              select.value = value;
              select.dispatchEvent(new Event("change", { bubbles: true }));
            };
            click("table.sortable th:nth-child(8) button");
            click("figure .legend button[data-id=informer]");
            click("input[name=curve-loss][value=train]");
            click("input[name=curve-x][value=seconds]");
            click("input[name=curve-scale][value=log]");
            choose("#forecast-sample", "2");
            """));
        Assert.Equal((3, 3, ""), Browser.Charts(document));
        Assert.Equal(
            ["dlinear", "nystromformer", "itransformer", "patchtst", "informer", "crossformer", "autoformer", "pyraformer"],
            Row().Matches(document).Take(8).Select(match => match.Groups[1].Value));
        Assert.DoesNotContain(">Informer</text>", document, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(document, "<button[^>]*data-id=\"informer\" aria-pressed=\"false\""));
        Assert.Contains(">training loss</text>", document, StringComparison.Ordinal);
        Assert.Contains(">training time (s)</text>", document, StringComparison.Ordinal);
        Assert.Contains(">LULL</text>", document, StringComparison.Ordinal);
    }

    /// <summary>The page with another script at its end.</summary>
    private static string WithScript(string page, string script) =>
        page.Insert(page.LastIndexOf("</body>", StringComparison.Ordinal), $"<script>{script}</script>");

    /// <summary>The page without the content policy that refuses other scripts, so that only escaping stands against them.</summary>
    private static string WithoutPolicy(string page) => Policy().Replace(page, "");

    [GeneratedRegex("<meta http-equiv=\"Content-Security-Policy\"[^>]*>")]
    private static partial Regex Policy();

    [GeneratedRegex("<tr data-model=\"([^\"]*)\"")]
    private static partial Regex Row();
}
