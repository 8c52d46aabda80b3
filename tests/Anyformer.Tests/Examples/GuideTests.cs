using System.Text.RegularExpressions;
using Anyformer.Testing;

namespace Anyformer.Tests.Examples;

/// <summary>The code of docs/adding-a-mechanism.md is the code of this folder, which is compiled and tested.</summary>
public sealed partial class GuideTests
{
    private static readonly string s_guide = File.ReadAllText(Path.Combine(SharedFolder.ProjectRoot, "docs", "adding-a-mechanism.md"));

    [Fact]
    public void TheExampleIsTheFile()
    {
        var diff = Blocks("diff").Single();
        var added = diff.Split('\n').SkipWhile(line => !line.StartsWith("@@", StringComparison.Ordinal)).Skip(1).ToArray();
        Assert.All(added, line => Assert.StartsWith("+", line));
        Assert.Equal(Source("CosineFeatureMap.cs"), string.Concat(added.Select(line => line[1..] + "\n")));
        Assert.Contains($"@@ -0,0 +1,{added.Length} @@", diff);
    }

    [Fact]
    public void TheTestsAreTheFile() => Assert.Equal(Source("CosineFeatureMapTests.cs"), Blocks("csharp").Single() + "\n");

    private static string Source(string name) =>
        File.ReadAllText(Path.Combine(SharedFolder.ProjectRoot, "tests", "Anyformer.Tests", "Examples", name)).ReplaceLineEndings("\n");

    private static IEnumerable<string> Blocks(string language) => Fenced().Matches(s_guide.ReplaceLineEndings("\n"))
        .Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["code"].Value);

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<code>.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();
}
