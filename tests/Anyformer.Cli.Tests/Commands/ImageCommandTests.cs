using Anyformer.Data.Images.Files;
using Anyformer.Torch;

namespace Anyformer.Cli.Tests.Commands;

public sealed class ImageCommandTests : IDisposable
{
    private static readonly string[] s_tiny =
    [
        "--image-size", "12", "--budget", "2", "--threads", "1", "--set", "loading.workers=1", "--set", "vit.patch=4", "--set", "vit.width=16", "--set", "vit.heads=2",
        "--set", "vit.layers=1", "--set", "vit.hidden-width=16", "--set", "training.batch-size=8", "--set", "training.schedule={kind: cosine}",
    ];

    private readonly Workspace _workspace = new();

    public ImageCommandTests()
    {
        foreach (var (name, level) in new[] { ("bright", 220), ("dark", 30) })
            for (var i = 0; i < 20; i++)
            {
                Directory.CreateDirectory(_workspace[$"images/{name}"]);
                using var scope = new TensorScope();
                byte[] pixels = [.. Enumerable.Range(0, 3 * 144).Select(place => (byte)(level + (place * (i + 3)) % 25))];
                File.WriteAllBytes(_workspace[$"images/{name}/{i}.png"], ImageFile.EncodePng(Tensor.From(pixels, 3, 12, 12)));
            }
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void AComparisonHasAReportWithConfusionsAndItsRunsPredict()
    {
        var result = Compare("--models", "vit").Succeeded();
        Assert.Contains(result.ErrorLines, line => line.EndsWith("28 / 4 / 8 images to train, validate, test, 2 classes", StringComparison.Ordinal));
        var written = _workspace.Result("out");
        var confusion = Assert.Single(written.Confusions);
        Assert.Equal(8, confusion.Counts.Sum(row => row.Sum()));
        Assert.Equal("images", written.Experiment.ItemName);
        Assert.Contains("<h2>What is taken for what</h2>", _workspace.Read("out/report.html"), StringComparison.Ordinal);
        var told = _workspace.Run("predict", "out/models/vit-1", "images/dark/1.png", "images/bright/2.png", "--top", "1").Succeeded();
        Assert.Matches(@"^images/dark/1\.png: (dark|bright) \d+\.\d %\nimages/bright/2\.png: (dark|bright) \d+\.\d %\n$", told.Output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void ARecipeTrainsAndABrokenImageIsNamed()
    {
        _workspace.Write("images/dark/0.png", "no image");
        _workspace.Write("recipe.yaml", """
            task: image-classification
            model: { id: vit, options: { patch: 4, width: 16, heads: 2, layers: 1, hidden-width: 16 } }
            data: { path: images, test-share: 0.5 }
            preprocessing: { preset: cifar10, size: 12 }
            loading: { workers: 1 }
            training: { learning-rate: 0.005, batch-size: 8, epochs: 3, threads: 1 }
            """);
        var result = _workspace.Run("train", "recipe.yaml", "--output", "run").Succeeded();
        Assert.Matches(@"^test accuracy \d+\.\d\d %, validation accuracy \d+\.\d\d % \(best epoch \d of 3, ", result.Output);
        Assert.Contains("always saying the most frequent class: 50.00 %", result.Output, StringComparison.Ordinal);
        var broken = _workspace.Run("predict", "run", "images/dark/0.png", "images/dark/1.png", "--json");
        Assert.Equal(2, broken.ExitCode);
        Assert.StartsWith("{\"image\":\"images/dark/1.png\",\"classes\":[{\"name\":", broken.Output, StringComparison.Ordinal);
        Assert.Contains("0.png", broken.ErrorLines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("images --models vit-giant", "The model vit has no size 'giant'; expected one of ")]
    [InlineData("nowhere", "There is no folder, archive or table 'nowhere' of images, neither as it stands nor in the data folders.")]
    [InlineData("images --augmentation wild", "--augmentation names 'wild', expected one of ")]
    [InlineData("images --set preprocessing.size=64", "The override 'preprocessing.size=64' has no say in a comparison: use --image-size.")]
    public void AMistakeIsFoundBeforeAnythingIsTrained(string options, string sentence)
    {
        Assert.StartsWith(sentence, _workspace.Run(["compare", "classify", .. options.Split(' '), "--output", "out"]).Mistake(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_workspace["out"]));
    }

    private CliResult Compare(params string[] options) => _workspace.Run(["compare", "classify", "images", .. options, .. s_tiny, "--output", "out"]);
}
