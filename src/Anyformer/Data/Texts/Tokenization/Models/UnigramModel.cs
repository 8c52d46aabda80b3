using System.Text;
using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.Models;

/// <summary>
/// Unigram: of all ways to part a word into tokens the most probable, the largest sum of scores, which are log probabilities (Kudo 2018,
/// arXiv 1804.10959), as Hugging Face's library computes it.
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    private readonly (string Token, double Score)[] _pieces;
    private readonly BestPath _path;
    private readonly int?[]? _byteTokens;

    /// <summary>A model of tokens and scores.</summary>
    /// <param name="pieces">Tokens, whose ids are their places, with their scores.</param>
    /// <param name="unknown">The id of what is unknown; null to refuse it.</param>
    /// <param name="byteFallback">True to write what is unknown as its bytes, tokens such as <c>&lt;0x0A&gt;</c>.</param>
    internal UnigramModel((string Token, double Score)[] pieces, int? unknown, bool byteFallback)
    {
        (_pieces, Unknown) = (pieces, unknown);
        Vocabulary = new Vocabulary(pieces.Select(piece => piece.Token));
        var trie = new PieceTrie();
        foreach (var (id, piece) in pieces.Index())
            if (piece.Token.Length > 0)
                trie.Add(piece.Token, id);
        double[] scores = [.. pieces.Select(piece => piece.Score)];
        _path = new BestPath(trie, scores, unknown, scores.DefaultIfEmpty().Min() - BestPath.UnknownPenalty, single: false);
        _byteTokens = byteFallback ? [.. Enumerable.Range(0, 256).Select(value => Vocabulary.IdOf($"<0x{value:X2}>"))] : null;
    }

    /// <inheritdoc/>
    internal override Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    internal override int? Unknown { get; }

    /// <inheritdoc/>
    internal override void Tokenize(ReadOnlySpan<char> word, List<WordToken> tokens)
    {
        var path = _path.Find(word);
        for (var (place, next) = (0, 0); place < path.Count; place = next)
        {
            // Neighbouring unknown tokens become one.
            for (next = place + 1; path[place].Id == Unknown && next < path.Count && path[next].Id == Unknown;)
                next++;
            var (start, end) = (path[place].Start, path[next - 1].Start + path[next - 1].Length);
            if (path[place].Id == Unknown && BytesOf(word[start..end]) is { } bytes)
                tokens.AddRange(bytes.Select(id => new WordToken(id, start, end - start)));
            else
                tokens.Add(new WordToken(path[place].Id, start, end - start));
        }
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

    private int[]? BytesOf(ReadOnlySpan<char> text)
    {
        if (_byteTokens is null)
            return null;
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        int?[] ids = [.. bytes.Select(value => _byteTokens[value])];
        return ids.Contains(null) ? null : [.. ids.Select(id => id!.Value)];
    }
}
