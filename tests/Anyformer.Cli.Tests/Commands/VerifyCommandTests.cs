using System.Text.Json;
using Anyformer.Testing;

namespace Anyformer.Cli.Tests.Commands;

public sealed class VerifyCommandTests : IDisposable
{
    /// <summary>A safetensors file without tensors.</summary>
    private static readonly byte[] s_noTensors = [2, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}'];

    private readonly Workspace _workspace = new();

    [SkippableFact]
    public void ACaseThatAgreesPasses()
    {
        var folder = SharedFolder.Require("parity/dlinear/base");
        var result = Verify(folder).Succeeded();
        Assert.Matches($@"^passed  +\d\.\de[+-]\d\d  {folder}  \d+ outputs, \d+ gradients\n$", result.Output);
        Assert.Equal("1 of 1 cases passed.", Assert.Single(result.ErrorLines));
    }

    [SkippableFact]
    public void OneFailureFailsTheWholeAndTheOthersGoOn()
    {
        var good = SharedFolder.Require("parity/dlinear/base");
        WriteCase("cases/b-unknown", """{ "system": "nothing", "source": {}, "config": {}, "tolerance": { "absolute": 0, "relative": 0 } }""");
        WriteCase("cases/a-broken", "{");
        var result = Verify("--json", "cases", good);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("2 of 3 cases failed.", Assert.Single(result.ErrorLines));
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.All(lines, line => Assert.Equal(
            ["case", "system", "passed", "largest_error", "message"], line.EnumerateObject().Select(property => property.Name)));
        Assert.Equal(["cases/a-broken", "cases/b-unknown", good], lines.Select(line => line.GetProperty("case").GetString()));
        Assert.Equal(["", "nothing", "dlinear"], lines.Select(line => line.GetProperty("system").GetString()));
        Assert.Equal([false, false, true], lines.Select(line => line.GetProperty("passed").GetBoolean()));
        Assert.Equal("the catalog knows no system 'nothing'", lines[1].GetProperty("message").GetString());
        Assert.Equal(JsonValueKind.Null, lines[1].GetProperty("largest_error").ValueKind);
        Assert.InRange(lines[2].GetProperty("largest_error").GetDouble(), 0, 1e-3);
    }

    [SkippableFact]
    public void WrongNumbersFail()
    {
        var folder = SharedFolder.Require("parity/dlinear/base");
        Directory.CreateDirectory(_workspace["wrong"]);
        foreach (var file in Directory.EnumerateFiles(folder))
            File.Copy(file, _workspace[$"wrong/{Path.GetFileName(file)}"]);
        var outputs = File.ReadAllBytes(_workspace["wrong/outputs.safetensors"]);
        outputs[^1] ^= 0x80; // The sign of the last number.
        File.WriteAllBytes(_workspace["wrong/outputs.safetensors"], outputs);
        var result = Verify("wrong");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("FAILED  ", result.Output, StringComparison.Ordinal);
        Assert.Contains(" differs at element ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderWithoutCasesIsAMistake()
    {
        Directory.CreateDirectory(_workspace["empty"]);
        Assert.Equal("The folder of cases 'nowhere' does not exist.", Verify("nowhere").Mistake());
        Assert.Equal("The folder 'empty' holds no case: no case.json was found at or below it.", Verify("empty").Mistake());
    }

    public void Dispose() => _workspace.Dispose();

    private CliResult Verify(params string[] arguments) => _workspace.Run(["verify", "--threads", "1", .. arguments]);

    private void WriteCase(string name, string text)
    {
        _workspace.Write($"{name}/case.json", text);
        File.WriteAllBytes(_workspace[$"{name}/outputs.safetensors"], s_noTensors);
    }
}
