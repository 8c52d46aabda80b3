using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

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

    private static TokenizerParts Read(JsonSection file) => new()
    {
        Model = ModelSection.Read(file.Required("model")),
        Normalizer = file["normalizer"] is { } normalizer ? NormalizerSection.Read(normalizer) : null,
        PreTokenizer = file["pre_tokenizer"] is { } preTokenizer ? PreTokenizerSection.Read(preTokenizer) : null,
        PostProcessor = file["post_processor"] is { } postProcessor ? PostProcessorSection.Read(postProcessor) : null,
        Decoder = file["decoder"] is { } decoder ? DecoderSection.Read(decoder) : null,
        AddedTokens = [.. file["added_tokens"]?.Items.Select(ReadAdded) ?? []],
        Defaults = new EncodingOptions
        {
            Truncation = file["truncation"] is { } truncation ? LengthSections.ReadTruncation(truncation) : null,
            Padding = file["padding"] is { } padding ? LengthSections.ReadPadding(padding) : null,
        },
    };

    private static AddedToken ReadAdded(JsonSection section) => new(section.Required("id") is { Integer: >= 0 and < 1 << 28 } id ? id.Integer
        : throw section.Required("id").Wrong("0 or more, and no more than models have"), section.Required("content").Text)
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
