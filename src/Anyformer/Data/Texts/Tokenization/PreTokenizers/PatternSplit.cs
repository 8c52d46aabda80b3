using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Tokenization.Patterns;
using Anyformer.Data.Texts.Unicode;

namespace Anyformer.Data.Texts.Tokenization.PreTokenizers;

/// <summary>Splits where a pattern is found.</summary>
internal sealed class PatternSplit : PreTokenizer
{
    private readonly TextPattern _pattern;
    private readonly SplitBehavior _behavior;
    private readonly bool _invert;
    private readonly JsonObject _json;

    private PatternSplit(TextPattern pattern, SplitBehavior behavior, bool invert, JsonObject json) =>
        (_pattern, _behavior, _invert, _json) = (pattern, behavior, invert, json);

    /// <summary>At a pattern of the file's own.</summary>
    internal static PatternSplit At(TextPattern pattern, SplitBehavior behavior, bool invert) => new(pattern, behavior, invert,
        new JsonObject { ["type"] = "Split", ["pattern"] = pattern.ToJson(), ["behavior"] = $"{behavior}", ["invert"] = invert });

    /// <summary>At whitespace, which is left out.</summary>
    internal static PatternSplit Whitespace() => new(new CharacterPattern(Characters.IsWhitespace), SplitBehavior.Removed, false,
        new JsonObject { ["type"] = "WhitespaceSplit" });

    /// <summary>Into runs of word characters and runs of others, without whitespace.</summary>
    internal static PatternSplit Words() => new(new WordPattern(), SplitBehavior.Removed, true, new JsonObject { ["type"] = "Whitespace" });

    /// <summary>At numbers, each alone or in runs.</summary>
    internal static PatternSplit Digits(bool individual) => new(new CharacterPattern(Characters.IsNumber),
        individual ? SplitBehavior.Isolated : SplitBehavior.Contiguous, false, new JsonObject { ["type"] = "Digits", ["individual_digits"] = individual });

    /// <summary>At punctuation.</summary>
    internal static PatternSplit Punctuation(SplitBehavior behavior) => new(new CharacterPattern(Characters.IsPunctuation), behavior, false,
        new JsonObject { ["type"] = "Punctuation", ["behavior"] = $"{behavior}" });

    /// <summary>At a character, which is left out.</summary>
    internal static PatternSplit Delimiter(string delimiter) => new(new LiteralPattern(delimiter), SplitBehavior.Removed, false,
        new JsonObject { ["type"] = "CharDelimiterSplit", ["delimiter"] = delimiter });

    /// <inheritdoc/>
    internal override void Split(TextPiece piece, List<TextPiece> pieces) => PieceSplitter.Split(piece, _pattern, _behavior, pieces, _invert);

    /// <inheritdoc/>
    internal override JsonObject ToJson() => _json.DeepClone().AsObject();
}
