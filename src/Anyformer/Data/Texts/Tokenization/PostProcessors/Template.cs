using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.PostProcessors;

/// <summary>A place of a <see cref="Template"/>: a text, or tokens.</summary>
/// <param name="Sequence">Which text goes here, 0 or 1; null for tokens.</param>
/// <param name="Special">What the tokens are called in the template.</param>
/// <param name="TypeId">The type of the tokens here.</param>
internal readonly record struct TemplatePiece(int? Sequence, string Special, int TypeId)
{
    /// <summary>The first text.</summary>
    internal static TemplatePiece First { get; } = new(0, "", 0);

    /// <summary>The second text.</summary>
    internal static TemplatePiece Second(int typeId = 0) => new(1, "", typeId);

    /// <summary>A token.</summary>
    internal static TemplatePiece Token(string name, int typeId = 0) => new(null, name, typeId);
}

/// <summary>Puts tokens around texts by a template, such as <c>[CLS] A [SEP] B [SEP]</c>.</summary>
/// <param name="single">The template of one text.</param>
/// <param name="pair">The template of two.</param>
/// <param name="special">The ids and texts of the tokens that the templates name.</param>
internal sealed class Template(
    TemplatePiece[] single, TemplatePiece[] pair, IReadOnlyDictionary<string, (int Id, string Text)[]> special) : PostProcessor
{
    /// <summary>A template whose tokens are called as in the vocabulary.</summary>
    /// <param name="single">The template of one text.</param>
    /// <param name="pair">The template of two.</param>
    /// <param name="idOf">The id of a token.</param>
    internal static Template Of(TemplatePiece[] single, TemplatePiece[] pair, Func<string, int> idOf) => new(single, pair,
        single.Concat(pair).Where(piece => piece.Sequence is null).Select(piece => piece.Special).Distinct()
            .ToDictionary(name => name, name => new[] { (idOf(name), name) }));

    /// <inheritdoc/>
    internal override int Added(bool isPair) =>
        (isPair ? pair : single).Where(piece => piece.Sequence is null).Sum(piece => special[piece.Special].Length);

    /// <inheritdoc/>
    internal override IReadOnlyList<TokenSequence> Process(IReadOnlyList<TokenSequence> sequences, bool addsSpecial) =>
        [.. (sequences.Count > 1 ? pair : single)
            .Where(piece => piece.Sequence is not null || addsSpecial)
            .Select(piece => piece.Sequence is { } text ? sequences[text].WithType(piece.TypeId)
                : new TokenSequence(Tokens(piece), sequences[0].Map))];

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new()
    {
        ["type"] = "TemplateProcessing",
        ["single"] = Json(single),
        ["pair"] = Json(pair),
        ["special_tokens"] = new JsonObject(special.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)new JsonObject
        {
            ["id"] = entry.Key,
            ["ids"] = new JsonArray([.. entry.Value.Select(token => (JsonNode)token.Id)]),
            ["tokens"] = new JsonArray([.. entry.Value.Select(token => (JsonNode)token.Text)]),
        }))),
    };

    private EncodedToken[] Tokens(TemplatePiece piece) =>
        [.. special[piece.Special].Select(token => EncodedToken.Added(token.Id, token.Text, piece.TypeId))];

    private static JsonArray Json(TemplatePiece[] pieces) => new([.. pieces.Select(piece => (JsonNode)(piece.Sequence is { } text
        ? new JsonObject { ["Sequence"] = new JsonObject { ["id"] = text == 0 ? "A" : "B", ["type_id"] = piece.TypeId } }
        : new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = piece.Special, ["type_id"] = piece.TypeId } }))]);
}
