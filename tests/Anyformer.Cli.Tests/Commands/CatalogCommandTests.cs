using System.Text.Json;
using Anyformer.Catalog;
using Anyformer.Testing;

namespace Anyformer.Cli.Tests.Commands;

public sealed class CatalogCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    [Fact]
    public void TheTreeNamesEveryFamilyAndMethod()
    {
        var lines = _workspace.Run("catalog").Succeeded().Output.Split('\n');
        foreach (var entry in MethodCatalog.Entries)
        {
            Assert.Single(lines, line => line.EndsWith(entry.Family, StringComparison.Ordinal));
            var row = $"─ {entry.Id}  {entry.Name} ({entry.Year})  {entry.Complexity}  {string.Join(", ", entry.Roles)}";
            Assert.Single(lines, line => line.Contains(row, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void JsonHoldsEveryMethod()
    {
        using var json = JsonDocument.Parse(_workspace.Run("catalog", "--json").Succeeded().Output);
        Assert.Equal(
            MethodCatalog.Entries.Select(entry => (entry.Id, entry.Paper, entry.Year)),
            json.RootElement.EnumerateArray().Select(entry =>
                (entry.GetProperty("id").GetString()!, entry.GetProperty("paper").GetString()!, entry.GetProperty("year").GetInt32())));
    }

    [Fact]
    public void TheDocumentedCatalogIsTheRealOne()
    {
        var page = File.ReadAllText(Path.Combine(SharedFolder.ProjectRoot, "docs", "catalog.md"));
        Assert.Equal(page, _workspace.Run("catalog", "--markdown").Succeeded().Output);
    }

    [Fact]
    public void AMethodIsDescribedWithItsOptions()
    {
        var output = _workspace.Run("describe", "itransformer").Succeeded().Output;
        Assert.StartsWith("iTransformer (itransformer), 2024\n", output, StringComparison.Ordinal);
        Assert.Contains("presets small, etth1, ", output, StringComparison.Ordinal);
        Assert.Matches(@"\n +heads +a whole number, at least 1 and at most 1024 +8 +attention heads *\n", output);
    }

    [Fact]
    public void AnUnknownMethodIsAMistake()
    {
        Assert.Equal("The catalog knows no method 'itransfomer'; did you mean 'itransformer'?", Describe("itransfomer"));
        Assert.StartsWith("The catalog knows no method 'nothing'; expected one of ", Describe("nothing"), StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();

    private string Describe(string unknown) => _workspace.Run("describe", unknown).Mistake();
}
