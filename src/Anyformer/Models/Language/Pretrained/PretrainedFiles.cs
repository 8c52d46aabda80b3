using System.Text.Json;
using Anyformer.Checkpoints;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Pretrained;

/// <summary>The files of a folder as Hugging Face's transformers write it.</summary>
internal static class PretrainedFiles
{
    internal const string Config = "config.json";
    internal const string Weights = "model.safetensors";
    internal const string Generation = "generation_config.json";

    /// <summary>Where weights are looked for, in order; an index tells which file holds which.</summary>
    private static readonly string[] s_weights = [Weights, $"{Weights}.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];

    /// <summary>The configuration.</summary>
    /// <exception cref="UserException">It is missing or no JSON object.</exception>
    internal static JsonElement ReadConfig(string folder) => File.Exists(Path.Combine(folder, Config))
        ? ReadJson(Path.Combine(folder, Config))
        : throw new UserException($"The folder '{folder}' holds no {Config}, so it is no model folder of Hugging Face.");

    /// <summary>The weights by their official names, over the mapped files.</summary>
    /// <exception cref="UserException">There are none, or a file is malformed.</exception>
    internal static IReadOnlyDictionary<string, Tensor> ReadWeights(string folder)
    {
        var name = s_weights.FirstOrDefault(file => File.Exists(Path.Combine(folder, file)))
            ?? throw new UserException($"The folder '{folder}' holds no weights; expected {string.Join(", ", s_weights[..^1])} or {s_weights[^1]}.");
        var path = Path.Combine(folder, name);
        return name.EndsWith(".json", StringComparison.Ordinal) ? ReadShards(folder, path) : StateDictFile.Load(path);
    }

    private static OrderedDictionary<string, Tensor> ReadShards(string folder, string index)
    {
        if (!ReadJson(index).TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            throw new UserException($"'{index}' has no 'weight_map' that tells which file holds which weight.");
        var weights = new OrderedDictionary<string, Tensor>();
        foreach (var shard in map.EnumerateObject().GroupBy(entry => FileName(index, entry.Value)))
        {
            var tensors = StateDictFile.Load(Path.Combine(folder, shard.Key));
            foreach (var entry in shard)
                weights[entry.Name] = tensors.TryGetValue(entry.Name, out var tensor) ? tensor
                    : throw new UserException($"'{index}' looks for the weight {Quoted.Name(entry.Name)} in '{shard.Key}', which does not hold it.");
        }

        return weights;
    }

    /// <summary>A file beside the index: an index that somebody else wrote may not reach out of its folder.</summary>
    private static string FileName(string index, JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } name && Path.GetFileName(name) == name && name is not ("." or "..")
            ? name
            : throw new UserException($"'{index}' names the file {value.GetRawText()}, expected the name of one beside it.");

    private static JsonElement ReadJson(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new UserException($"'{path}' holds a JSON {document.RootElement.ValueKind.ToString().ToLowerInvariant()}, expected an object.");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserException($"'{path}' cannot be read: {exception.Message}", exception);
        }
    }
}
