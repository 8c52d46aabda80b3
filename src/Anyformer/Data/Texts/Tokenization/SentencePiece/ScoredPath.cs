using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Tokenization.Models;

namespace Anyformer.Data.Texts.Tokenization.SentencePiece;

/// <summary>SentencePiece's Unigram model: the most probable pieces of a text (Kudo 2018, arXiv 1804.10959).</summary>
internal sealed class ScoredPath : TokenModel
{
    private readonly PieceTable _pieces;
    private readonly BestPath _path;

    /// <summary>A model of pieces.</summary>
    internal ScoredPath(PieceTable pieces)
    {
        _pieces = pieces;
        float[] normal = [.. pieces.IdsOf(PieceKind.Normal).Select(id => pieces.Scores[id])];
        var (lowest, highest) = (normal.DefaultIfEmpty().Min(), normal.DefaultIfEmpty().Max());
        double[] scores = [.. pieces.Scores.Select(score => (double)score)];
        // What the user defined is more probable than anything that it could be parted into.
        foreach (var id in pieces.IdsOf(PieceKind.UserDefined))
            scores[id] = Encoding.UTF8.GetByteCount(pieces.Vocabulary.TokenOf(id)!) * highest - 0.1;
        _path = new BestPath(pieces.Matched, scores, pieces.Unknown, lowest - (float)BestPath.UnknownPenalty, single: true);
    }

    /// <inheritdoc/>
    internal override Vocabulary Vocabulary => _pieces.Vocabulary;

    /// <inheritdoc/>
    internal override int? Unknown => _pieces.Unknown;

    /// <inheritdoc/>
    internal override void Tokenize(ReadOnlySpan<char> word, List<WordToken> tokens)
    {
        foreach (var token in _path.Find(word))
            _pieces.AddPiece(token.Id, word, token.Start, token.Length, tokens);
    }

    /// <summary>An unknown piece is called what it stands for.</summary>
    internal override string TextOf(int id, ReadOnlySpan<char> text) => id == Unknown ? text.ToString() : base.TextOf(id, text);

    /// <inheritdoc/>
    internal override JsonObject ToJson() => throw new InvalidOperationException("A SentencePiece model is saved as its own file.");
}
