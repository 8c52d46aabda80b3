using System.Text.Json;

namespace Anyformer.Cli.Tests.Commands;

public sealed class BenchAttentionCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    [Fact]
    public void EveryMechanismIsMeasuredAtEveryLength()
    {
        var output = Bench("--attention", "softmax,pattern", "--tokens", "32,16", "--json").Succeeded().Output;
        using var json = JsonDocument.Parse(output);
        var mechanisms = json.RootElement.GetProperty("summaries").EnumerateArray().ToArray();
        Assert.Equal(["softmax", "pattern"], mechanisms.Select(mechanism => mechanism.GetProperty("id").GetString()));
        Assert.Equal([2.0, 1.0], mechanisms.Select(mechanism => mechanism.GetProperty("claimedExponent").GetDouble()));
        foreach (var mechanism in mechanisms)
        {
            var costs = mechanism.GetProperty("costs").EnumerateArray().ToArray();
            Assert.Equal([16, 32], costs.Select(cost => cost.GetProperty("tokens").GetInt32()));
            Assert.All(costs, cost => Assert.True(cost.GetProperty("stepSeconds").GetDouble() > 0));
            Assert.Equal(
                Math.Log2(costs[1].GetProperty("stepSeconds").GetDouble() / costs[0].GetProperty("stepSeconds").GetDouble()),
                mechanism.GetProperty("timeExponent").GetDouble(), 9);
        }
    }

    [Fact]
    public void ATableAndAPicture()
    {
        var result = Bench("--attention", "softmax", "--tokens", "16,32", "--picture", "bench.html").Succeeded();
        Assert.Matches(@"\n +softmax +[\d.]+, [\d.]+ +[\d.]+, [\d.]+ +[\d.]+ +n\^-?\d.\d\d +(n\^-?\d.\d\d|–) +n\^2.00 *\n", result.Output);
        Assert.Contains("data-chart=\"stepTime\"", _workspace.Read("bench.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatTakesTooLongIsSaidToBeLeftOut()
    {
        var result = Bench("--attention", "softmax", "--tokens", "16,4096", "--limit", "0.0001").Succeeded();
        Assert.Matches(@"softmax: a step on 4096 tokens would take about \d+ s", result.Output);
    }

    [Fact]
    public void AMechanismThatRefusesIsSaidTo() =>
        Assert.Contains("Blockwise attention has no causal form", Bench("--attention", "blockwise", "--tokens", "16", "--causal").Succeeded().Output,
            StringComparison.Ordinal);

    [Fact]
    public void MistakesAreNamed()
    {
        Assert.Equal("--tokens takes whole numbers from 1 to 1048576, separated by commas, found '1,x'. See 'anyformer bench attention --help'.", Bench("--tokens", "1,x").Mistake());
        Assert.StartsWith("The catalog knows no TokenMixer 'sofmax'", Bench("--attention", "sofmax").Mistake(), StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();

    private CliResult Bench(params string[] arguments) =>
        _workspace.Run(["bench", "attention", "--width", "8", "--heads", "2", "--rounds", "1", .. arguments]);
}
