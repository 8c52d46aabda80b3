using System.Xml.Linq;

namespace Anyformer.Cli.Tests.Commands;

public sealed class InspectCommandTests : IDisposable
{
    /// <summary>32 by 32 pixels, blue above and red on the right.</summary>
    private const string Image = "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAANUlEQVRIx+3VsQ0AMAzDMCVX98SelRsMpEsh7QZHFxySLlnN4wQEBAQENqp04B8ICAgIfAkMIdMCRyMJCZ8AAAAASUVORK5CYII=";

    private readonly Workspace _workspace = new();

    public InspectCommandTests() => File.WriteAllBytes(_workspace["image.png"], Convert.FromBase64String(Image));

    [Fact]
    public void MergedPatchesAreCountedAndDrawn()
    {
        var result = Inspect("merge", "vit-small-images", "merged.svg", "--tome", "10").Succeeded();
        Assert.StartsWith("64 patches became 24 tokens.\n", result.Output, StringComparison.Ordinal);
        var svg = XDocument.Parse(_workspace.Read("merged.svg"));
        Assert.Equal(64, svg.Descendants().Count(element => element.Name.LocalName == "rect"));
        Assert.Contains("M", svg.Descendants().Single(element => element.Name.LocalName == "path").Attribute("d")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void AttentionIsDrawnAsAPicture()
    {
        var result = Inspect("attention", "vit-small-images", "attention.png", "--layer", "0").Succeeded();
        Assert.Matches(@"^[\d.]+ % of the weight falls on the 64 patches, at most [\d.]+ % on one.\n", result.Output);
        Assert.Contains("The weights are random", result.Error, StringComparison.Ordinal);
        Assert.True(File.ReadAllBytes(_workspace["attention.png"]).AsSpan().Slice(1).StartsWith("PNG"u8));
    }

    [Fact]
    public void OutliersAreCounted()
    {
        var result = Inspect("norms", "deit-small-images", "norms.svg", "--cutoff", "0").Succeeded();
        Assert.StartsWith("64 of 64 patches (100.0 %) are outliers, with norms above 0.00;", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void MistakesAreNamed()
    {
        Assert.Equal("--output must be the name of a .png or .svg file, found 'picture.txt'.", Inspect("norms", "vit-small-images", "picture.txt").Mistake());
        Assert.EndsWith("The model efficientvit-small-images has no plain encoder of patches; expected vit or deit.",
            Inspect("norms", "efficientvit-small-images", "a.png").ErrorLines[^1], StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();

    private CliResult Inspect(string what, string model, string output, params string[] more) =>
        _workspace.Run(["inspect", what, model, "image.png", "--output", output, "--image-size", "32", .. more]);
}
