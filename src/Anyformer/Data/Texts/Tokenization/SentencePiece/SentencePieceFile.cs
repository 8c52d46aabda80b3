using Anyformer.Checkpoints;
using Anyformer.Data.Texts.Tokenization.Models;
using Anyformer.Data.Texts.Tokenization.Normalizers;
using Anyformer.Data.Texts.Tokenization.SentencePiece.Format;
using Google.Protobuf;

namespace Anyformer.Data.Texts.Tokenization.SentencePiece;

/// <summary>
/// A model file of SentencePiece, used as SentencePiece itself uses it (version 0.1.97): no tokens are added, and none is found in a text but the pieces.
/// </summary>
internal sealed class SentencePieceFile
{
    private readonly ModelProto _model;
    private readonly PieceTable _pieces;

    /// <summary>Reads a model.</summary>
    /// <exception cref="UserException">It is none, or of a kind that is not known.</exception>
    internal SentencePieceFile(byte[] data, string path)
    {
        Data = data;
        try
        {
            _model = ModelProto.Parser.ParseFrom(data);
        }
        catch (InvalidProtocolBufferException problem)
        {
            throw new UserException($"'{path}' is no SentencePiece model ({Quoted.Text(problem.Message.TrimEnd('.'))}).", problem);
        }

        (string Text, float Score, PieceKind Kind)[] pieces = [.. _model.Pieces.Select(piece => (piece.Piece, piece.Score, (PieceKind)piece.Type))];
        var unknown = Array.FindIndex(pieces, piece => piece.Kind == PieceKind.Unknown);
        if (unknown < 0)
            throw new UserException($"'{path}' is no SentencePiece model: it has {pieces.Length} pieces, and none for what is unknown.");
        if (pieces.FirstOrDefault(piece => !float.IsFinite(piece.Score)) is { Text: { } text })
            throw new UserException($"'{path}' is no SentencePiece model: the score of its piece {Quoted.Name(text)} is no number.");
        _pieces = new PieceTable(pieces, unknown, Trainer.ByteFallback);
        Model = Trainer.ModelType switch
        {
            1 => new ScoredPath(_pieces),
            2 => new ScoredPairs(_pieces),
            _ => throw new UserException($"'{path}' is a SentencePiece model of the type {Trainer.ModelType}, expected 1 (unigram) or 2 (bpe)."),
        };
    }

    /// <summary>The bytes of the file.</summary>
    internal byte[] Data { get; }

    /// <summary>True for a Unigram model, whose file is usually <c>spiece.model</c>; others are <c>tokenizer.model</c>.</summary>
    internal bool IsUnigram => Trainer.ModelType == 1;

    /// <summary>The model.</summary>
    internal TokenModel Model { get; }

    /// <summary>The pieces that stand for no text.</summary>
    internal IReadOnlySet<int> Controls => _pieces.IdsOf(PieceKind.Control).ToHashSet();

    /// <summary>What the pieces that stand for no text are for.</summary>
    internal SpecialTokens Roles => new()
    {
        Unknown = _pieces.Unknown,
        Begin = Control(Trainer.BosId),
        End = Control(Trainer.EosId),
        Pad = Control(Trainer.PadId),
    };

    private TrainerSpec Trainer => _model.TrainerSpec ??= new TrainerSpec();

    /// <summary>What a tokenizer is made of.</summary>
    internal TokenizerParts Parts()
    {
        var rules = _model.NormalizerSpec ?? new NormalizerSpec();
        var spaces = new SpaceRules(rules.AddDummyPrefix, rules.RemoveExtraWhitespaces, rules.EscapeWhitespaces);
        return new TokenizerParts
        {
            Normalizer = new SentencePieceNormalizer(new CharacterMap(rules.PrecompiledCharsmap.Span), spaces, _pieces.UserDefined),
            Model = Model,
            Decoder = new SentencePieceDecoder(_pieces.Vocabulary.TokenOf(_pieces.Unknown)!, Trainer.UnkSurface, spaces),
            SpecialIds = Controls,
            SentencePiece = this,
        };
    }

    private int? Control(int id) => (uint)id < (uint)_pieces.Scores.Length && _pieces.KindOf(id) == PieceKind.Control ? id : null;
}
