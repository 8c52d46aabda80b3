using System.Text;
using Anyformer.Data.Texts.Tokenization.Models;

namespace Anyformer.Data.Texts.Tokenization.SentencePiece;

/// <summary>What a piece of a SentencePiece model is.</summary>
internal enum PieceKind
{
    /// <summary>A text like others.</summary>
    Normal = 1,

    /// <summary>Stands for what is no piece.</summary>
    Unknown = 2,

    /// <summary>Stands for no text.</summary>
    Control = 3,

    /// <summary>A text that is always a piece of its own.</summary>
    UserDefined = 4,

    /// <summary>Not used.</summary>
    Unused = 5,

    /// <summary>Stands for a byte.</summary>
    Byte = 6,
}

/// <summary>The pieces of a SentencePiece model; their ids are their places.</summary>
internal sealed class PieceTable
{
    private readonly PieceKind[] _kinds;
    private readonly int[]? _byteIds;

    /// <summary>A table of pieces.</summary>
    /// <param name="pieces">The pieces.</param>
    /// <param name="unknown">The id of what is unknown.</param>
    /// <param name="byteFallback">True to write what is unknown as its bytes.</param>
    /// <exception cref="UserException">A piece for a byte is missing.</exception>
    internal PieceTable((string Text, float Score, PieceKind Kind)[] pieces, int unknown, bool byteFallback)
    {
        (Vocabulary, Unknown) = (new Vocabulary(pieces.Select(piece => piece.Text)), unknown);
        Scores = [.. pieces.Select(piece => piece.Score)];
        _kinds = [.. pieces.Select(piece => piece.Kind)];
        foreach (var (id, piece) in pieces.Index())
        {
            if (piece.Text.Length > 0 && piece.Kind is PieceKind.Normal or PieceKind.UserDefined)
                Matched.Add(piece.Text, id);
            if (piece.Text.Length > 0 && piece.Kind == PieceKind.UserDefined)
                UserDefined.Add(piece.Text, id);
        }

        _byteIds = !byteFallback ? null : [.. Enumerable.Range(0, 256).Select(value => Vocabulary.IdOf($"<0x{value:X2}>")
            ?? throw new UserException($"The SentencePiece model has no piece '<0x{value:X2}>' for a byte, though it says that it has."))];
    }

    /// <summary>The pieces and their ids.</summary>
    internal Vocabulary Vocabulary { get; }

    /// <summary>The scores by id.</summary>
    internal float[] Scores { get; }

    /// <summary>The id of what is unknown.</summary>
    internal int Unknown { get; }

    /// <summary>The pieces that are found in texts.</summary>
    internal PieceTrie Matched { get; } = new();

    /// <summary>Those of them that the user defined.</summary>
    internal PieceTrie UserDefined { get; } = new();

    /// <summary>The ids of the pieces of a kind.</summary>
    internal IEnumerable<int> IdsOf(PieceKind kind) => _kinds.Index().Where(item => item.Item == kind).Select(item => item.Index);

    /// <summary>The kind of a piece.</summary>
    internal PieceKind KindOf(int id) => _kinds[id];

    /// <summary>The id of a text that is found as a piece; null when it is none.</summary>
    internal int? MatchedId(ReadOnlySpan<char> text) =>
        Vocabulary.IdOf(text) is { } id && _kinds[id] is PieceKind.Normal or PieceKind.UserDefined ? id : null;

    /// <summary>How long the longest piece of the user is that a text begins with; 0 when it begins with none.</summary>
    internal int UserDefinedLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        for (var prefixes = UserDefined.PrefixesOf(text); prefixes.MoveNext();)
            length = prefixes.Length;
        return length;
    }

    /// <summary>Adds a piece that was found; what is unknown becomes bytes, or one with an unknown piece before it.</summary>
    internal void AddPiece(int id, ReadOnlySpan<char> word, int start, int length, List<WordToken> tokens)
    {
        if (id != Unknown)
            tokens.Add(new WordToken(id, start, length));
        else if (_byteIds is not null)
            AddBytes(word.Slice(start, length), start, tokens);
        else if (tokens.Count > 0 && tokens[^1] is var last && last.Id == Unknown && last.Start + last.Length == start)
            tokens[^1] = last with { Length = last.Length + length };
        else
            tokens.Add(new WordToken(Unknown, start, length));
    }

    /// <summary>The last byte of a character stands for the whole of it, those before it for nothing.</summary>
    private void AddBytes(ReadOnlySpan<char> text, int start, List<WordToken> tokens)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        foreach (var (place, value) in bytes.Index())
            tokens.Add(new WordToken(_byteIds![value], start, place == bytes.Length - 1 ? text.Length : 0));
    }
}
