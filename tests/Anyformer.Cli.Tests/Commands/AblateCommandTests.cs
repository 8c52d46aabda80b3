using System.Text.Json;

namespace Anyformer.Cli.Tests.Commands;

public sealed class AblateCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public AblateCommandTests()
    {
        _workspace.Write("text.txt", string.Concat(Enumerable.Repeat("to be or not to be ", 60)));
        _workspace.Write("recipe.yaml", """
            task: language
            model: { id: decoder, options: { width: 16, heads: 2, feed-forward-width: 16, layers: { count: 1 } } }
            data: { source: text.txt, tokens: 16 }
            training: { batch-size: 8, epochs: 1, patience: null, threads: 1 }
            """);
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void EveryValueIsTriedAloneWithEverySeed()
    {
        var result = Ablate("--vary", "norm=layer,rms", "--vary", "attention=softmax,{function: performer},linformer", "--seeds", "2").Succeeded();
        Assert.Matches(@"norm +rms +\d\.\d+ ± \d\.\d+ +[+-]?\d\.\d{4} +[+-]?\d+\.\d", result.Output);
        var written = _workspace.Result("out");
        Assert.Equal(["as the recipe says", "norm=layer", "norm=rms", "attention=softmax", "attention={function: performer}", "attention=linformer"], written.Models.Select(model => model.Id));
        Assert.Equal(2, written.Models[2].Seeds.Count);
        // What comes to the same recipe is trained once.
        Assert.Equal(written.Models[0].Seeds[0].Errors, written.Models[1].Seeds[0].Errors);
        Assert.Equal(3 * 2, Directory.GetDirectories(_workspace["out/runs"]).Length);
        Assert.Equal("'linformer' makes its queries and keys by itself, so positions of kind 'rope' cannot be worked into them; take positions that are added to tokens, "
            + "or an attention function.", written.Models[^1].Failure);
        Assert.Equal(0, written.Effects.Single(effect => effect.Level == "layer").Difference);
        Assert.Contains("| norm | rms |", _workspace.Read("out/effects.md"), StringComparison.Ordinal);
        Assert.Contains("<h2>Effects</h2>", _workspace.Read("out/report.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void AGridSharesTheVarianceOut()
    {
        var result = Ablate("--vary", "norm=layer,rms", "--vary", "training.learning-rate=1e-3,1e-5", "--grid", "--budget", "1", "--json").Succeeded();
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal(4, json.RootElement.GetProperty("models").GetArrayLength());
        var shares = json.RootElement.GetProperty("effects").EnumerateArray().Select(effect => effect.GetProperty("share").GetDouble()).ToArray();
        Assert.Equal(4, shares.Length);
        Assert.All(shares, share => Assert.InRange(share, 0, 1));
    }

    [Fact]
    public void AnAblationThatWasBrokenOffGoesOn()
    {
        Ablate("--vary", "norm=rms").Succeeded();
        var before = File.GetLastWriteTimeUtc(_workspace["out/runs/norm=rms-1/result.json"]);
        Ablate("--vary", "norm=rms,scale").Succeeded();
        Assert.Equal(before, File.GetLastWriteTimeUtc(_workspace["out/runs/norm=rms-1/result.json"]));
        Assert.Equal(3, _workspace.Result("out").Models.Count);
    }

    [Theory]
    [InlineData("norm", "What to vary must be written as key=value,value, found 'norm'.")]
    [InlineData("nrom=layer", "There is an unknown key 'nrom' in the override 'model.options.nrom=layer' in 'model.options'; did you mean 'norm'?")]
    [InlineData("norm=lyaer", "'model.options.norm' in the override 'model.options.norm=lyaer' is wrong: The catalog knows no NormalizationLayer 'lyaer'; did you mean 'layer'?")]
    public void AMistakeIsFoundBeforeAnythingIsTrained(string vary, string message)
    {
        Assert.Equal(message, Ablate("--vary", vary).Mistake());
        Assert.False(Directory.Exists(_workspace["out"]));
    }

    private CliResult Ablate(params string[] arguments) => _workspace.Run(["ablate", "recipe.yaml", "--output", "out", .. arguments]);
}
