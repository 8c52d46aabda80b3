using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Tokenization.Models;

namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>Reads and writes <c>tokenizer.json</c>.</summary>
internal static class TokenizerJson
{
    /// <summary>Indented, and texts as they are.</summary>
    internal static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a file makes a tokenizer of.</summary>
    /// <exception cref="UserException">It cannot be read, or is none.</exception>
    internal static TokenizerParts Read(string path)
    {
        var file = JsonSection.Read(path);
        try
        {
            return Read(file);
        }
        catch (UserException problem) when (!problem.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new UserException($"'{path}' is no tokenizer: {problem.Message}", problem);
        }
    }

    /// <summary>A tokenizer as a file.</summary>
    internal static string Write(TokenizerParts parts) => new JsonObject
    {
        ["version"] = "1.0",
        ["truncation"] = LengthSections.Write(parts.Defaults.Truncation),
        ["padding"] = LengthSections.Write(parts.Defaults.Padding, parts),
        ["added_tokens"] = new JsonArray([.. parts.AddedTokens.OrderBy(token => token.Id).Select(token => (JsonNode)Write(token))]),
        ["normalizer"] = parts.Normalizer?.ToJson(),
        ["pre_tokenizer"] = parts.PreTokenizer?.ToJson(),
        ["post_processor"] = parts.PostProcessor?.ToJson(),
        ["decoder"] = parts.Decoder?.ToJson(),
        ["model"] = parts.Model.ToJson(),
    }.ToJsonString(Readable);

    private static TokenizerParts Read(JsonSection file)
    {
        var model = ModelSection.Read(file.Required("model"));
        return Read(file, model) with { AddedTokens = ReadAdded(file["added_tokens"]?.Items ?? [], model.Vocabulary) };
    }

    private static TokenizerParts Read(JsonSection file, TokenModel model) => new()
    {
        Model = model,
        Normalizer = file["normalizer"] is { } normalizer ? NormalizerSection.Read(normalizer) : null,
        PreTokenizer = file["pre_tokenizer"] is { } preTokenizer ? PreTokenizerSection.Read(preTokenizer) : null,
        PostProcessor = file["post_processor"] is { } postProcessor ? PostProcessorSection.Read(postProcessor) : null,
        Decoder = file["decoder"] is { } decoder ? DecoderSection.Read(decoder) : null,
        Defaults = new EncodingOptions
        {
            Truncation = file["truncation"] is { } truncation ? LengthSections.ReadTruncation(truncation) : null,
            Padding = file["padding"] is { } padding ? LengthSections.ReadPadding(padding) : null,
        },
    };

    /// <summary>
    /// A token that the model's vocabulary has too keeps the id that it has there, others are numbered behind it in the order of the file: the ids of
    /// the file say the same, and where they do not, this is what Hugging Face's library does.
    /// </summary>
    private static AddedToken[] ReadAdded(IEnumerable<JsonSection> sections, Vocabulary vocabulary)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var tokens = new List<AddedToken>();
        var next = vocabulary.Size;
        foreach (var section in sections)
        {
            var content = section.Required("content").Text;
            if (!ids.TryGetValue(content, out var id))
                ids[content] = id = vocabulary.IdOf(content) ?? next++;
            tokens.Add(ReadAdded(section, id));
        }

        return [.. tokens];
    }

    private static AddedToken ReadAdded(JsonSection section, int id) => new(id, section.Required("content").Text)
    {
        IsSpecial = section["special"]?.Flag ?? false,
        IsNormalized = section["normalized"]?.Flag ?? true,
        IsWord = section["single_word"]?.Flag ?? false,
        StripsLeft = section["lstrip"]?.Flag ?? false,
        StripsRight = section["rstrip"]?.Flag ?? false,
    };

    private static JsonObject Write(AddedToken token) => new()
    {
        ["id"] = token.Id,
        ["content"] = token.Content,
        ["single_word"] = token.IsWord,
        ["lstrip"] = token.StripsLeft,
        ["rstrip"] = token.StripsRight,
        ["normalized"] = token.IsNormalized,
        ["special"] = token.IsSpecial,
    };
}
