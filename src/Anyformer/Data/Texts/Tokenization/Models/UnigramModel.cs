using System.Text;
using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.Models;

/// <summary>
/// Unigram: of all ways to part a word into tokens the most probable, the largest sum of scores, which are log probabilities (Kudo 2018,
/// arXiv 1804.10959). Of equally probable ways the one whose last token begins first, as Hugging Face's library takes it.
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    /// <summary>How much less probable an unknown character is than any token.</summary>
    private const double UnknownPenalty = 10;

    private readonly (string Token, double Score)[] _pieces;
    private readonly PieceTrie _trie = new();
    private readonly double _unknownScore;
    private readonly int?[]? _byteTokens;

    /// <summary>A model of tokens and scores.</summary>
    /// <param name="pieces">Tokens, whose ids are their places, with their scores.</param>
    /// <param name="unknown">The id of what is unknown; null to refuse it.</param>
    /// <param name="byteFallback">True to write what is unknown as its bytes, tokens such as <c>&lt;0x0A&gt;</c>.</param>
    internal UnigramModel((string Token, double Score)[] pieces, int? unknown, bool byteFallback)
    {
        (_pieces, Unknown) = (pieces, unknown);
        Vocabulary = new Vocabulary(pieces.Select(piece => piece.Token));
        foreach (var (id, piece) in pieces.Index())
            if (piece.Token.Length > 0)
                _trie.Add(piece.Token, id);
        _unknownScore = pieces.Select(piece => piece.Score).DefaultIfEmpty().Min() - UnknownPenalty;
        _byteTokens = byteFallback ? [.. Enumerable.Range(0, 256).Select(value => Vocabulary.IdOf($"<0x{value:X2}>"))] : null;
    }

    /// <inheritdoc/>
    internal override Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    internal override int? Unknown { get; }

    /// <inheritdoc/>
    internal override void Tokenize(ReadOnlySpan<char> word, List<WordToken> tokens)
    {
        var first = tokens.Count;
        var best = BestEndings(word);
        for (var end = word.Length; end > 0; end = best[end].Start)
            AddBefore(best[end].Id, best[end].Start, end, tokens, first);
        tokens.Reverse(first, tokens.Count - first);
        if (_byteTokens is not null)
            WriteBytes(word, tokens, first);
    }

    /// <summary>An unknown token is called what it stands for.</summary>
    internal override string TextOf(int id, ReadOnlySpan<char> text) => id == Unknown ? text.ToString() : base.TextOf(id, text);

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new()
    {
        ["type"] = "Unigram",
        ["unk_id"] = Unknown,
        ["vocab"] = new JsonArray([.. _pieces.Select(piece => (JsonNode)new JsonArray(piece.Token, piece.Score))]),
        ["byte_fallback"] = _byteTokens is not null,
    };

    /// <summary>For every place the most probable token that ends there: its beginning and id (Viterbi).</summary>
    private (int Start, int Id)[] BestEndings(ReadOnlySpan<char> word)
    {
        var best = new (int Start, int Id)[word.Length + 1];
        var scores = new double[word.Length + 1];
        Array.Fill(scores, double.NegativeInfinity, 1, word.Length);
        for (var (start, width) = (0, 0); start < word.Length; start += width)
        {
            Rune.DecodeFromUtf16(word[start..], out _, out width);
            var isKnown = false;
            for (var prefixes = _trie.PrefixesOf(word[start..]); prefixes.MoveNext();)
            {
                isKnown |= prefixes.Length == width;
                Offer(start, prefixes.Length, prefixes.Value, _pieces[prefixes.Value].Score);
            }

            if (!isKnown)
                Offer(start, width, Unknown ?? throw UnknownCharacter(word.Slice(start, width)), _unknownScore);
        }

        return best;

        void Offer(int start, int length, int id, double score)
        {
            var (end, total) = (start + length, scores[start] + score);
            if (total > scores[end] || double.IsNegativeInfinity(scores[end]))
                (best[end], scores[end]) = ((start, id), total);
        }
    }

    /// <summary>Adds a token, from the last one on; neighbouring unknown ones become one.</summary>
    private void AddBefore(int id, int start, int end, List<WordToken> tokens, int first)
    {
        if (id == Unknown && tokens.Count > first && tokens[^1] is var next && next.Id == id && next.Start == end)
            tokens[^1] = new WordToken(id, start, next.Start + next.Length - start);
        else
            tokens.Add(new WordToken(id, start, end - start));
    }

    private void WriteBytes(ReadOnlySpan<char> word, List<WordToken> tokens, int first)
    {
        for (var place = first; place < tokens.Count; place++)
        {
            var token = tokens[place];
            if (token.Id != Unknown)
                continue;
            int?[] bytes = [.. Encoding.UTF8.GetBytes(word.Slice(token.Start, token.Length).ToArray()).Select(value => _byteTokens![value])];
            if (bytes.Contains(null))
                continue;
            tokens.RemoveAt(place);
            tokens.InsertRange(place, bytes.Select(id => token with { Id = id!.Value }));
            place += bytes.Length - 1;
        }
    }

    private UserException UnknownCharacter(ReadOnlySpan<char> character) =>
        new($"The text has the character '{character}', which none of the {Vocabulary.Count} tokens has, and there is no token for what is unknown.");
}
