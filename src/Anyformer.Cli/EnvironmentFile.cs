using System.CommandLine;
using System.Text.Json;

namespace Anyformer.Cli;

/// <summary><c>environment.json</c> of a run: what it ran on, for whoever wants to repeat it.</summary>
public static class EnvironmentFile
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>Writes the facts of this machine and the command line.</summary>
    public static void Write(string folder, ParseResult parsed)
    {
        var facts = Machine.Facts().ToDictionary(fact => fact.Label, fact => fact.Value);
        facts["command"] = string.Join(' ', parsed.Tokens.Select(token => token.Value));
        facts["started"] = DateTimeOffset.Now.ToString("O");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "environment.json"), JsonSerializer.Serialize(facts, s_json) + "\n");
    }
}
