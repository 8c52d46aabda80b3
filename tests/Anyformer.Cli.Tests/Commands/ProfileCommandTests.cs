using System.Text.Json;

namespace Anyformer.Cli.Tests.Commands;

public sealed class ProfileCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    [Fact]
    public void AStepIsTakenApartIntoPhasesOperatorsAndModules()
    {
        Prepare();
        using var json = JsonDocument.Parse(Profile("--json").Succeeded().Output);
        var profile = json.RootElement.GetProperty("profile");
        Assert.Equal(["forward", "backward", "update"], profile.GetProperty("phases").EnumerateArray().Select(phase => phase.GetProperty("name").GetString()));
        var operators = profile.GetProperty("operators").EnumerateArray().ToArray();
        Assert.Equal(profile.GetProperty("seconds").GetDouble(), operators.Sum(cost => cost.GetProperty("seconds").GetDouble()), 1e-9);
        var products = operators.Single(cost => cost.GetProperty("name").GetString() == "aten::mm");
        Assert.True(products.GetProperty("operations").GetDouble() > 0);
        var modules = profile.GetProperty("modules").EnumerateArray().ToDictionary(cost => cost.GetProperty("path").GetString()!);
        Assert.Equal("ITransformer", modules[""].GetProperty("type").GetString());
        var projection = modules["blocks.0.mixer.query_projection"];
        Assert.Equal(1, projection.GetProperty("calls").GetDouble());
        // Batch 32, 3 variates and 4 features of time, width 8: a product forward, two backward.
        Assert.Equal(3 * 2.0 * 32 * 7 * 8 * 8, projection.GetProperty("operations").GetDouble());
        Assert.True(projection.GetProperty("backwardSeconds").GetDouble() > 0);
        Assert.InRange(modules[""].GetProperty("forwardSeconds").GetDouble() + modules[""].GetProperty("backwardSeconds").GetDouble(),
            projection.GetProperty("forwardSeconds").GetDouble(), profile.GetProperty("seconds").GetDouble());
    }

    [Fact]
    public void TablesAndAPicture()
    {
        Prepare();
        var result = Profile("--rows", "4", "--report", "profile.html").Succeeded();
        Assert.Matches(@"A training step: itransformer on", result.Output);
        Assert.Matches(@"\n +step +[\d.]+ ms \([\d.]+ ms while it was recorded\)", result.Output);
        Assert.Matches(@"\n +\(model\) ITransformer +[\d.]+ +[\d.]+ +[\d.]+ % ", result.Output);
        var page = _workspace.Read("profile.html");
        Assert.Contains("<svg class=\"flame\"", page, StringComparison.Ordinal);
        Assert.Matches(@"<title>blocks\.0\.mixer\.function: [\d.,]+ ms a step", page);
        Assert.Empty(Directory.GetDirectories(_workspace.Folder, "runs"));
    }

    [Theory]
    [InlineData("--set", "training.accumulate=2")]
    [InlineData("--set", "training.max-steps=1")]
    [InlineData("--set", "training.gradient-clip=1")]
    public void EveryTrainingIsProfiled(params string[] options)
    {
        Prepare();
        Profile(["--json", .. options]).Succeeded();
    }

    [Fact]
    public void MistakesAreNamed()
    {
        Assert.StartsWith("--rows must be a whole number of at least 1, found '0'.", Profile("--rows", "0").Mistake(), StringComparison.Ordinal);
        Assert.Contains("small.yaml", Profile().Mistake(), StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();

    private void Prepare()
    {
        _workspace.WriteSeries("series.csv", ["a", "b", "c"], rows: 400);
        _workspace.WriteRecipe("small");
    }

    private CliResult Profile(params string[] arguments) => _workspace.Run(["profile", "small.yaml", "--steps", "2", "--warm-up", "1", .. arguments]);
}
