using System.Text.Json;
using Anyformer.Catalog;
using Anyformer.Parity;
using Anyformer.Testing;

namespace Anyformer.Cli.Tests.Commands;

public sealed class CatalogCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    [Fact]
    public void TheTreeHasEveryMethodUnderItsFamily()
    {
        var path = new List<string>();
        var found = new List<(string Family, string Row, string Paper)>();
        var lines = Lines("catalog", "--parity", Cases(("dlinear", 1), ("positions", 2)));
        Assert.Equal("Anyformer", lines[0]);
        for (var i = 1; i < lines.Length; i++)
        {
            var depth = lines[i].IndexOf('─') / 4;
            var text = lines[i][(lines[i].IndexOf("── ", StringComparison.Ordinal) + 3)..].TrimEnd();
            path.RemoveRange(depth, path.Count - depth);
            if (text.Contains("  ", StringComparison.Ordinal))
                found.Add((string.Join('/', path), text, lines[++i].TrimStart('│', ' ').TrimEnd()));
            else
                path.Add(text[..text.LastIndexOf(' ')]);
        }

        Assert.Equal(
            MethodCatalog.Entries.Select(entry => (entry.Family, Row(entry), entry.Paper)).Order(),
            found.Order());
    }

    [Fact]
    public void AFamilySaysHowManyMethodsAreInIt()
    {
        var lines = Lines("catalog", "--family", "positions").Select(line => line.TrimStart('├', '└', '─', ' ')).ToArray();
        Assert.Equal($"positions {Count("positions")}", lines[1].TrimEnd());
        Assert.Contains($"absolute {Count("positions/absolute")}", lines.Select(line => line.TrimStart('│', '├', '└', '─', ' ').TrimEnd()));
        static int Count(string family) => MethodCatalog.Entries.Count(entry => $"{entry.Family}/".StartsWith($"{family}/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--family", "attention/kernels")]
    [InlineData("--family", "architecture")]
    [InlineData("--role", "token-mixer")]
    [InlineData("--role", "TokenMixer")]
    [InlineData("--role", "architecture")]
    [InlineData("--role", "model")]
    public void FamiliesAndRolesAreChosen(string option, string value)
    {
        var chosen = Ids("catalog", "--json", option, value);
        Assert.NotEmpty(chosen);
        Assert.Equal(
            MethodCatalog.Entries.Where(entry => option == "--family" ? entry.Family.StartsWith(value, StringComparison.Ordinal) : Plays(entry, value)).Select(entry => entry.Id),
            chosen);
        static bool Plays(CatalogEntry entry, string role) => entry.Roles.Any(one => role.Replace("-", "", StringComparison.Ordinal).Equals(one, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void AMistakenChoiceIsNamed()
    {
        Assert.Equal("The catalog has no family 'attention/kernel'; did you mean 'attention/kernels'?", _workspace.Run("catalog", "--family", "attention/kernel").Mistake());
        Assert.Equal("The catalog has no role 'token-mixr'; did you mean 'token-mixer'?", _workspace.Run("catalog", "--role", "token-mixr").Mistake());
        Assert.Equal("No method of the family positions plays the role forecaster.", _workspace.Run("catalog", "--family", "positions", "--role", "forecaster").Mistake());
        Assert.Equal("The folder of cases 'nowhere' does not exist.", _workspace.Run("catalog", "--parity", "nowhere").Mistake());
        Assert.StartsWith("--markdown writes the whole page, so --json, --family and --role have no place beside it.",
            _workspace.Run("catalog", "--markdown", "--role", "model").Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void JsonHoldsEveryMethod()
    {
        using var json = Json("catalog", "--json", "--parity", Cases(("dlinear", 2)));
        Assert.Equal(
            MethodCatalog.Entries.Select(entry => (entry.Id, entry.Family, entry.Paper, entry.Year)),
            json.RootElement.EnumerateArray().Select(entry => (entry.GetProperty("id").GetString()!, entry.GetProperty("family").GetString()!,
                entry.GetProperty("paper").GetString()!, entry.GetProperty("year").GetInt32())));
        var dlinear = json.RootElement.EnumerateArray().Single(entry => entry.GetProperty("id").GetString() == "dlinear");
        Assert.Equal("""{"system":"dlinear","cases":2}""", JsonSerializer.Serialize(dlinear.GetProperty("parity")));
        Assert.Equal(["individual"], dlinear.GetProperty("options").EnumerateArray().Select(option => option.GetProperty("key").GetString()));
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

    private static string Row(CatalogEntry entry)
    {
        var cases = entry.System switch { "dlinear" => "1 case", "positions" => "2 cases", _ => "0 cases" };
        var parity = ParityVerifier.Systems.Contains(entry.System) ? $"verified in {entry.System} ({cases})" : "no reference";
        return $"{entry.Id}  {entry.Name} ({entry.Year})  {entry.Complexity}  {string.Join(", ", entry.Roles)}  {parity}";
    }

    /// <summary>A folder of so many cases of each system; the systems are all that is read of them.</summary>
    private string Cases(params (string System, int Count)[] systems)
    {
        foreach (var (system, count) in systems)
            for (var i = 0; i < count; i++)
                _workspace.Write($"parity/{system}/{i}/case.json", $$"""{"system": "{{system}}"}""");
        return _workspace["parity"];
    }

    private string[] Lines(params string[] arguments) => _workspace.Run(arguments).Succeeded().Output.TrimEnd('\n').Split('\n');

    private JsonDocument Json(params string[] arguments) => JsonDocument.Parse(_workspace.Run(arguments).Succeeded().Output);

    private string[] Ids(params string[] arguments)
    {
        using var json = Json(arguments);
        return [.. json.RootElement.EnumerateArray().Select(entry => entry.GetProperty("id").GetString()!)];
    }

    private string Describe(string unknown) => _workspace.Run("describe", unknown).Mistake();
}
