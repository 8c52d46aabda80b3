using System.Text.Json;

namespace Anyformer.Cli.Tests.Commands;

public sealed class BenchVisionCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    [Fact]
    public void EveryModelIsMeasuredAtEveryRateOfMerging()
    {
        var output = Bench("--models", "vit-small-images,deit-small-images,efficientvit-small-images", "--tome", "4,2", "--json").Succeeded().Output;
        using var json = JsonDocument.Parse(output);
        var models = json.RootElement.GetProperty("models").EnumerateArray().ToArray();
        Assert.Equal(["vit-small-images", "deit-small-images", "efficientvit-small-images"], models.Select(model => model.GetProperty("model").GetString()));
        var merged = models.Select(model => model.GetProperty("costs").EnumerateArray().Select(cost => cost.GetProperty("merged").GetInt32()).ToArray()).ToArray();
        Assert.Equal([[0, 2, 4], [0, 2, 4], [0]], merged);
        Assert.All(models[0].GetProperty("costs").EnumerateArray(), cost => Assert.True(cost.GetProperty("imagesPerSecond").GetDouble() > 0));
    }

    [Fact]
    public void ATableTellsOfEach() =>
        Assert.Matches(@"\n +vit-small-images +[\d.]+ [kM] +2 +[\d.,]+ +\d+\.\d\dx +[\d.]+ % +[\d.]+ \w+ *\n",
            Bench("--models", "vit-small-images", "--tome", "0,2").Succeeded().Output);

    [Fact]
    public void MistakesAreNamed()
    {
        Assert.Equal("--tome takes whole numbers from 0 to 1048576, separated by commas, found '1,x'. See 'anyformer bench vision --help'.",
            Bench("--tome", "1,x").Mistake());
        Assert.StartsWith("The model vit has no size 'gigantic'", Bench("--models", "vit-gigantic").Mistake(), StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();

    private CliResult Bench(params string[] arguments) => _workspace.Run(["bench", "vision", "--batch", "2", "--image-size", "32", "--rounds", "1", .. arguments]);
}
