using Anyformer.Data.Texts.Tokenization.Decoders;
using Anyformer.Data.Texts.Tokenization.Models;
using Anyformer.Data.Texts.Tokenization.Normalizers;
using Anyformer.Data.Texts.Tokenization.PostProcessors;
using Anyformer.Data.Texts.Tokenization.PreTokenizers;
using Anyformer.Data.Texts.Tokenization.SentencePiece;

namespace Anyformer.Data.Texts.Tokenization;

/// <summary>What a tokenizer is made of: the sections of a <c>tokenizer.json</c>.</summary>
internal sealed record TokenizerParts
{
    /// <summary>Changes the text first; null to leave it.</summary>
    internal Normalizer? Normalizer { get; init; }

    /// <summary>Splits it into words; null to take it as one.</summary>
    internal PreTokenizer? PreTokenizer { get; init; }

    /// <summary>Makes tokens of words.</summary>
    internal required TokenModel Model { get; init; }

    /// <summary>Adds tokens around texts; null for none.</summary>
    internal PostProcessor? PostProcessor { get; init; }

    /// <summary>Makes text of tokens; null to join them with spaces.</summary>
    internal TokenDecoder? Decoder { get; init; }

    /// <summary>Tokens that are found before the model sees the text.</summary>
    internal IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Tokens that stand for no text though they are not found in one; decoding may leave them out.</summary>
    internal IReadOnlySet<int> SpecialIds { get; init; } = new HashSet<int>();

    /// <summary>The SentencePiece model that everything comes from; null for others.</summary>
    internal SentencePieceFile? SentencePiece { get; init; }

    /// <summary>What encoding does unless it is told otherwise.</summary>
    internal EncodingOptions Defaults { get; init; } = new();
}
