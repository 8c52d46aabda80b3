using System.Text.Json;
using System.Text.Json.Nodes;
using Anyformer.Comparison;

namespace Anyformer.Tests.Comparison;

public class ComparisonJsonTests
{
    [Fact]
    public void WhatIsWrittenIsReadBack()
    {
        var written = SampleComparison.Create(1, 2);
        var json = ComparisonJson.Write(written);
        var read = ComparisonJson.Read(json, "sample");
        Assert.Equal(json, ComparisonJson.Write(read));
        Assert.Equivalent(written, read, strict: true);
    }

    [Fact]
    public void MachinesGetRanksAndMeansUnderCamelCaseNames()
    {
        using var document = JsonDocument.Parse(ComparisonJson.Write(SampleComparison.Create(1, 2)));
        var winner = document.RootElement.GetProperty("summaries")[0];
        Assert.Equal("itransformer", winner.GetProperty("id").GetString());
        Assert.Equal(1, winner.GetProperty("rank").GetInt32());
        Assert.True(winner.GetProperty("onParetoFront").GetBoolean());
        Assert.Equal(2, winner.GetProperty("latencyMilliseconds").GetProperty("count").GetInt32());
    }

    [Fact]
    public void UndefinedFiguresAreNull()
    {
        var json = JsonNode.Parse(ComparisonJson.Write(SampleComparison.Create(1)))!;
        Assert.Null(json["models"]![0]!["seeds"]![0]!["errors"]!["test-mape"]);
        Assert.Null(json["summaries"]![0]!["errors"]![0]!["standardDeviation"]);
    }

    [Fact]
    public void TheTextIsSafeInsideAScriptElement()
    {
        var result = SampleComparison.Create(1);
        var json = ComparisonJson.Write(result with { Experiment = result.Experiment with { Title = "</script><!--&\u2028\u2029" } });
        Assert.All(json, character => Assert.True(character is >= ' ' and <= '~' and not ('<' or '>' or '&')));
    }

    [Theory]
    [InlineData("", "not the JSON of a comparison")]
    [InlineData("null", "holds null")]
    [InlineData("{}", "not the JSON of a comparison")]
    [InlineData("[1, 2]", "not the JSON of a comparison")]
    public void OtherTextIsRefused(string json, string reason) => Refused(json, reason);

    [Theory]
    [InlineData("models", null)]
    [InlineData("models", "[null]")]
    [InlineData("forecasts", "[null]")]
    [InlineData("experiment", "{}")]
    [InlineData("models", "3")]
    public void APartThatIsMissingIsRefused(string name, string? value)
    {
        var json = JsonNode.Parse(ComparisonJson.Write(SampleComparison.Create(1)))!;
        json[name] = value is null ? null : JsonNode.Parse(value);
        Refused(json.ToJsonString(), "");
    }

    [Fact]
    public void AComparisonWithoutAMetricIsRefused()
    {
        var result = SampleComparison.Create(1);
        var json = JsonNode.Parse(ComparisonJson.Write(result))!;
        json["experiment"]!["metrics"] = new JsonArray();
        Refused(json.ToJsonString(), "without a metric");
    }

    private static void Refused(string json, string reason)
    {
        var message = Assert.Throws<UserException>(() => ComparisonJson.Read(json, "results.json")).Message;
        Assert.StartsWith("results.json ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }
}
