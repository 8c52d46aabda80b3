using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>Reads and writes the sections <c>truncation</c> and <c>padding</c> of a <c>tokenizer.json</c>.</summary>
internal static class LengthSections
{
    /// <summary>No text is filled up to more than this, whatever a file says.</summary>
    private const int MostTokens = 1 << 24;

    /// <summary>How texts are cut.</summary>
    internal static Truncation ReadTruncation(JsonSection section) => new(Tokens(section.Required("max_length")))
    {
        Strategy = section["strategy"] is not { } strategy ? TruncationStrategy.LongestFirst : strategy.Text switch
        {
            "LongestFirst" or "longest_first" => TruncationStrategy.LongestFirst,
            "OnlyFirst" or "only_first" => TruncationStrategy.OnlyFirst,
            "OnlySecond" or "only_second" => TruncationStrategy.OnlySecond,
            _ => throw strategy.Wrong("LongestFirst, OnlyFirst or OnlySecond"),
        },
        Side = Side(section),
    };

    /// <summary>How texts are filled up.</summary>
    internal static Padding ReadPadding(JsonSection section) => new()
    {
        Tokens = section["strategy"]?["Fixed"] is { } length ? Tokens(length) : null,
        MultipleOf = section["pad_to_multiple_of"] is { } multiple ? Math.Max(1, Tokens(multiple)) : 1,
        Side = Side(section),
        Id = section["pad_id"]?.Integer ?? 0,
        Token = section["pad_token"]?.Text,
        TypeId = section["pad_type_id"]?.Integer ?? 0,
    };

    /// <summary>How texts are cut, as a section.</summary>
    internal static JsonObject? Write(Truncation? truncation) => truncation is null ? null : new JsonObject
    {
        ["direction"] = $"{truncation.Side}",
        ["max_length"] = truncation.MaxTokens,
        ["strategy"] = $"{truncation.Strategy}",
        ["stride"] = 0,
    };

    /// <summary>How texts are filled up, as a section.</summary>
    internal static JsonObject? Write(Padding? padding, TokenizerParts parts) => padding is null ? null : new JsonObject
    {
        ["strategy"] = padding.Tokens is { } tokens ? new JsonObject { ["Fixed"] = tokens } : "BatchLongest",
        ["direction"] = $"{padding.Side}",
        ["pad_to_multiple_of"] = padding.MultipleOf > 1 ? padding.MultipleOf : null,
        ["pad_id"] = padding.Id,
        ["pad_type_id"] = padding.TypeId,
        ["pad_token"] = padding.Token ?? parts.AddedTokens.FirstOrDefault(token => token.Id == padding.Id)?.Content
            ?? parts.Model.Vocabulary.TokenOf(padding.Id) ?? "",
    };

    private static int Tokens(JsonSection section) => section.Integer is >= 0 and <= MostTokens and var tokens ? tokens : throw section.Wrong($"0 to {MostTokens}");

    private static TextSide Side(JsonSection section) => section["direction"] is not { } side ? TextSide.Right : side.Text switch
    {
        "Right" or "right" => TextSide.Right,
        "Left" or "left" => TextSide.Left,
        _ => throw side.Wrong("Right or Left"),
    };
}
