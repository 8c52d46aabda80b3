using System.Buffers;
using System.Text;
using Anyformer.Data.Texts.Unicode;

namespace Anyformer.Data.Texts.Tokenization;

/// <summary>Finds added tokens in a text: the leftmost, of those the longest.</summary>
internal sealed class AddedTokenFinder
{
    private readonly SearchValues<string> _contents;
    private readonly Dictionary<string, AddedToken> _tokens;
    private readonly Dictionary<string, AddedToken>.AlternateLookup<ReadOnlySpan<char>> _tokensOfSpans;
    private readonly int[] _lengths;

    /// <summary>A finder of tokens under the texts that they are to be found as; of those that are the same the first counts.</summary>
    internal AddedTokenFinder(IEnumerable<(string Content, AddedToken Token)> tokens)
    {
        _tokens = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (var (content, token) in tokens.Where(token => token.Content.Length > 0))
            _tokens.TryAdd(content, token);
        _tokensOfSpans = _tokens.GetAlternateLookup<ReadOnlySpan<char>>();
        _contents = SearchValues.Create([.. _tokens.Keys], StringComparison.Ordinal);
        _lengths = [.. _tokens.Keys.Select(content => content.Length).Distinct().OrderDescending()];
    }

    /// <summary>Splits a piece into added tokens and what lies between.</summary>
    internal void Split(TextPiece piece, List<TextPiece> pieces)
    {
        var text = piece.Span;
        var end = 0;
        for (var (from, found) = (0, Next(text, 0)); found is var (place, token, length); found = Next(text, from))
        {
            from = place + length;
            if (token.IsWord && !StandsAlone(text, place, from))
                continue;
            var start = token.StripsLeft ? Math.Max(text[..place].TrimEnd().Length, end) : place;
            var stop = token.StripsRight ? text.Length - text[from..].TrimStart().Length : from;
            if (start > end)
                pieces.Add(piece.Part(end, start - end));
            // Whitespace that the token before took may hold the rest of this one's place.
            pieces.Add(piece.Part(start, stop - start) with { Id = token.Id });
            (end, from) = (stop, Math.Max(from, stop));
        }

        if (end < text.Length)
            pieces.Add(piece.Part(end, text.Length - end));
    }

    private (int Place, AddedToken Token, int Length)? Next(ReadOnlySpan<char> text, int from)
    {
        var place = _tokens.Count == 0 ? -1 : text[from..].IndexOfAny(_contents);
        if (place < 0)
            return null;
        var rest = text[(from + place)..];
        foreach (var length in _lengths)
            if (length <= rest.Length && _tokensOfSpans.TryGetValue(rest[..length], out var token))
                return (from + place, token, length);
        return null;
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, int start, int end)
    {
        Rune.DecodeLastFromUtf16(text[..start], out var before, out _);
        Rune.DecodeFromUtf16(text[end..], out var after, out _);
        return (start == 0 || !Characters.IsWord(before)) && (end == text.Length || !Characters.IsWord(after));
    }
}
