namespace Anyformer.Data.Texts.Tokenization;

/// <summary>A part of a text that is split: a token that was added to the vocabulary, or what a model is to make tokens of.</summary>
/// <param name="Source">The text.</param>
/// <param name="Start">Where the part begins, in UTF-16 code units.</param>
/// <param name="Length">How long it is.</param>
/// <param name="Id">The id of the added token; null for what is still to be split.</param>
internal readonly record struct TextPiece(NormalizedText Source, int Start, int Length, int? Id = null)
{
    /// <summary>The text of the part.</summary>
    internal ReadOnlySpan<char> Span => Source.Text.AsSpan(Start, Length);

    /// <summary>What it comes from in the original.</summary>
    internal TextRange Origin => Source.Origin(Start, Length);

    /// <summary>A part of the part.</summary>
    internal TextPiece Part(int start, int length) => this with { Start = Start + start, Length = length };

    /// <summary>The whole of a text.</summary>
    internal static TextPiece Whole(NormalizedText text) => new(text, 0, text.Text.Length);
}
