using System.Text.Json.Nodes;
using Anyformer.Checkpoints;

namespace Anyformer.Data.Texts.Tokenization.Models;

/// <summary>
/// WordPiece: the longest token at every place of a word, or the unknown token for the whole of it (Schuster and Nakajima 2012; BERT).
/// </summary>
internal sealed class WordPiece : TokenModel
{
    private readonly string _unknownToken;
    private readonly string _prefix;
    private readonly int _longestWord;
    private readonly int _longestToken;

    /// <summary>A model of a vocabulary.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="unknownToken">The token of a word that has no tokens.</param>
    /// <param name="prefix">What a token that does not begin its word begins with.</param>
    /// <param name="longestWord">Words of more code points are unknown.</param>
    /// <exception cref="UserException">The unknown token is none.</exception>
    internal WordPiece(Vocabulary vocabulary, string unknownToken, string prefix, int longestWord)
    {
        (Vocabulary, _unknownToken, _prefix, _longestWord) = (vocabulary, unknownToken, prefix, longestWord);
        _longestToken = vocabulary.Entries.Select(entry => entry.Token.Length).DefaultIfEmpty().Max();
        Unknown = vocabulary.IdOf(unknownToken) ?? throw new UserException($"The vocabulary has no token {Quoted.Name(unknownToken)} for what is unknown.");
    }

    /// <inheritdoc/>
    internal override Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    internal override int? Unknown { get; }

    /// <inheritdoc/>
    internal override void Tokenize(ReadOnlySpan<char> word, List<WordToken> tokens)
    {
        var known = tokens.Count;
        var buffer = _prefix.Length + Math.Min(word.Length, _longestToken) <= 256 ? stackalloc char[256] : new char[_prefix.Length + _longestToken];
        for (var start = 0; start < word.Length; start += tokens[^1].Length)
        {
            if (word.Length > _longestWord && CodePoints(word) > _longestWord || !TryAddLongest(word, start, buffer, tokens))
            {
                tokens.RemoveRange(known, tokens.Count - known);
                tokens.Add(new WordToken(Unknown!.Value, 0, word.Length));
                return;
            }
        }
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new()
    {
        ["type"] = "WordPiece",
        ["unk_token"] = _unknownToken,
        ["continuing_subword_prefix"] = _prefix,
        ["max_input_chars_per_word"] = _longestWord,
        ["vocab"] = new JsonObject(Vocabulary.Entries.Select(entry => KeyValuePair.Create(entry.Token, (JsonNode?)entry.Id))),
    };

    private static int CodePoints(ReadOnlySpan<char> word)
    {
        var count = 0;
        foreach (var _ in word.EnumerateRunes())
            count++;
        return count;
    }

    private bool TryAddLongest(ReadOnlySpan<char> word, int start, Span<char> buffer, List<WordToken> tokens)
    {
        var prefix = start == 0 ? "" : _prefix;
        var longest = Math.Min(word.Length - start, _longestToken);
        prefix.CopyTo(buffer);
        word.Slice(start, longest).CopyTo(buffer[prefix.Length..]);
        for (var length = longest; length > 0; length--)
        {
            if (Vocabulary.IdOf(buffer[..(prefix.Length + length)]) is not { } id || SplitsACharacter(word, start + length))
                continue;
            tokens.Add(new WordToken(id, start, length));
            return true;
        }

        return false;
    }

    private static bool SplitsACharacter(ReadOnlySpan<char> word, int place) =>
        place < word.Length && char.IsLowSurrogate(word[place]) && char.IsHighSurrogate(word[place - 1]);
}
