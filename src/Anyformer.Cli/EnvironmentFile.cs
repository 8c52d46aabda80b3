using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Anyformer.Cli;

/// <summary>
/// <c>environment.json</c> of a run: what it ran on, for whoever wants to repeat it. A list, with an entry for each time that the run was started
/// or gone on with.
/// </summary>
public static class EnvironmentFile
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Adds the facts of this machine and the command line.</summary>
    /// <exception cref="UserException">The file is there and is not what a run writes, or cannot be written.</exception>
    public static void Append(string folder, ParseResult parsed, DateTimeOffset startedAt)
    {
        var path = Path.Combine(folder, "environment.json");
        var entries = File.Exists(path) ? Read(path) : [];
        var facts = new JsonObject { ["command"] = ShellText.Of(parsed), ["started"] = startedAt.ToString("O") };
        foreach (var fact in Machine.Facts())
            facts[fact.Label] = fact.Value;
        entries.Add((JsonNode)facts);
        AtomicFile.WriteText(path, entries.ToJsonString(s_json) + "\n");
    }

    private static JsonArray Read(string path)
    {
        try
        {
            if (JsonNode.Parse(File.ReadAllText(path)) is JsonArray entries)
                return entries;
        }
        catch (JsonException exception)
        {
            throw new UserException($"{path} is not JSON: {exception.Message}", exception);
        }

        throw new UserException($"{path} is not what a run writes: expected a list of environments.");
    }
}
