using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Tokenization.Models;

namespace Anyformer.Data.Texts.Tokenization.SentencePiece;

/// <summary>
/// SentencePiece's byte-pair encoding: of all neighbours that together are a piece those of the highest score are joined first, the leftmost of equal
/// ones; what is no piece in the end is written as its bytes, or is unknown.
/// </summary>
internal sealed class ScoredPairs : TokenModel
{
    // What the user defined is never joined with its neighbours.
    private const int Alone = -1;

    private readonly PieceTable _pieces;
    private readonly int[] _ranks;
    private readonly bool _partsAtSpaces;

    /// <summary>A model of pieces.</summary>
    internal ScoredPairs(PieceTable pieces)
    {
        _pieces = pieces;
        // Equal scores have equal ranks, so that the leftmost pair of them goes first.
        var order = pieces.Scores.Distinct().OrderDescending().Index().ToDictionary(item => item.Item, item => item.Index);
        _ranks = [.. pieces.Scores.Select(score => order[score])];
        _partsAtSpaces = SpaceMark.Parts(pieces.Vocabulary);
    }

    /// <inheritdoc/>
    internal override Vocabulary Vocabulary => _pieces.Vocabulary;

    /// <inheritdoc/>
    internal override int? Unknown => _pieces.Unknown;

    /// <inheritdoc/>
    internal override void Tokenize(ReadOnlySpan<char> word, List<WordToken> tokens)
    {
        for (var (start, end) = (0, 0); start < word.Length; start = end)
        {
            end = _partsAtSpaces ? SpaceMark.EndOfPart(word, start) : word.Length;
            foreach (var symbol in Join(word[start..end]))
                _pieces.AddPiece(IdOf(word.Slice(start + symbol.Start, symbol.Length)), word, start + symbol.Start, symbol.Length, tokens);
        }
    }

    /// <summary>An unknown piece is called what it stands for.</summary>
    internal override string TextOf(int id, ReadOnlySpan<char> text) => id == Unknown ? text.ToString() : base.TextOf(id, text);

    /// <inheritdoc/>
    internal override JsonObject ToJson() => throw new InvalidOperationException("A SentencePiece model is saved as its own file.");

    private List<WordToken> Join(ReadOnlySpan<char> part)
    {
        var text = part.ToString();
        var symbols = new List<WordToken>(text.Length);
        for (var (start, length) = (0, 0); start < text.Length; start += length)
        {
            length = _pieces.UserDefinedLength(part[start..]);
            var isUserDefined = length > 0;
            if (!isUserDefined)
                Rune.DecodeFromUtf16(part[start..], out _, out length);
            symbols.Add(new WordToken(isUserDefined ? Alone : 0, start, length));
        }

        PairMerger.MergeByHeap(symbols, (left, right) => Joined(text, left, right));
        return symbols;
    }

    private int IdOf(ReadOnlySpan<char> piece) => _pieces.MatchedId(piece) ?? _pieces.Unknown;

    private MergeTable.Merge? Joined(string text, WordToken left, WordToken right)
    {
        if (left.Id == Alone || right.Id == Alone)
            return null;
        var id = _pieces.MatchedId(text.AsSpan(left.Start, left.Length + right.Length));
        return id is { } found ? new MergeTable.Merge(_ranks[found], 0) : null;
    }
}
