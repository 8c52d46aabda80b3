using System.Text.Json.Nodes;
using Anyformer.Checkpoints;

namespace Anyformer.Data.Texts.Tokenization.Models;

/// <summary>Every word is a token as a whole.</summary>
internal sealed class WordLevel : TokenModel
{
    private readonly string _unknownToken;

    /// <summary>A model of a vocabulary.</summary>
    /// <param name="vocabulary">The words.</param>
    /// <param name="unknownToken">The token of a word that is none; it need not be in the vocabulary: then such a word is refused.</param>
    internal WordLevel(Vocabulary vocabulary, string unknownToken)
    {
        (Vocabulary, _unknownToken) = (vocabulary, unknownToken);
        Unknown = vocabulary.IdOf(unknownToken);
    }

    /// <inheritdoc/>
    internal override Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    internal override int? Unknown { get; }

    /// <inheritdoc/>
    internal override void Tokenize(ReadOnlySpan<char> word, List<WordToken> tokens)
    {
        var id = Vocabulary.IdOf(word) ?? Unknown
            ?? throw new UserException($"The text has {Quoted.Name(word.ToString())} ({CodePoints(word)}), which is none of the {Vocabulary.Count} tokens of the vocabulary.");
        tokens.Add(new WordToken(id, 0, word.Length));
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new()
    {
        ["type"] = "WordLevel",
        ["vocab"] = new JsonObject(Vocabulary.Entries.Select(entry => KeyValuePair.Create(entry.Token, (JsonNode?)entry.Id))),
        ["unk_token"] = _unknownToken,
    };

    private static string CodePoints(ReadOnlySpan<char> word) => string.Join(' ', word.ToString().EnumerateRunes().Select(rune => $"U+{rune.Value:X4}"));
}
