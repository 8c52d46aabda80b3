namespace Anyformer.Data.Texts.Tokenization;

/// <summary>From a text to the words that a model sees: added tokens are cut out, the rest is normalized and split.</summary>
internal sealed class TextSplitter
{
    private readonly TokenizerParts _parts;
    private readonly AddedTokenFinder? _rawTokens;
    private readonly AddedTokenFinder? _normalizedTokens;

    internal TextSplitter(TokenizerParts parts)
    {
        _parts = parts;
        _rawTokens = Finder(parts.AddedTokens.Where(token => !token.IsNormalized).Select(token => (token.Content, token)));
        _normalizedTokens = Finder(parts.AddedTokens.Where(token => token.IsNormalized).Select(token => (Normalized(token.Content), token)));
    }

    /// <summary>The words of a text, and its added tokens.</summary>
    internal List<TextPiece> Split(string text)
    {
        List<TextPiece> pieces = [TextPiece.Whole(new NormalizedText(text))];
        if (_rawTokens is not null)
            pieces = EachText(pieces, _rawTokens.Split);
        if (_parts.Normalizer is { } normalizer)
            pieces = EachText(pieces, (piece, result) =>
                result.Add(TextPiece.Whole(normalizer.Normalize(piece.Source.Slice(piece.Start, piece.Length)))));
        if (_normalizedTokens is not null)
            pieces = EachText(pieces, _normalizedTokens.Split);
        return _parts.PreTokenizer is { } preTokenizer ? EachText(pieces, preTokenizer.Split) : pieces;
    }

    private static AddedTokenFinder? Finder(IEnumerable<(string Content, AddedToken Token)> tokens) =>
        tokens.OrderByDescending(item => item.Token.IsSpecial).ToArray() is { Length: > 0 } found ? new AddedTokenFinder(found) : null;

    private string Normalized(string content) => _parts.Normalizer?.Normalize(new NormalizedText(content)).Text ?? content;

    /// <summary>Splits what is no added token; added tokens stay.</summary>
    private static List<TextPiece> EachText(List<TextPiece> pieces, Action<TextPiece, List<TextPiece>> split)
    {
        var result = new List<TextPiece>();
        foreach (var piece in pieces)
        {
            if (piece.Id is not null)
                result.Add(piece);
            else if (piece.Length > 0)
                split(piece, result);
        }

        return result;
    }
}
