namespace Anyformer.Data.Texts.Tokenization;

/// <summary>A text on its way through normalizers, which remembers for every UTF-16 code unit the part of the original that it comes from.</summary>
internal sealed class NormalizedText
{
    // Null while the text is the original itself.
    private readonly TextRange[]? _origins;

    /// <summary>The original text.</summary>
    internal NormalizedText(string original) => Text = original;

    /// <summary>A changed text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="origins">The UTF-16 code units of the original that each of its code units comes from.</param>
    internal NormalizedText(string text, TextRange[] origins) => (Text, _origins) = (text, origins);

    /// <summary>The text as it is now.</summary>
    internal string Text { get; }

    /// <summary>The part of the original that a code unit comes from.</summary>
    internal TextRange Origin(int unit) => _origins is null ? OriginOfUnchanged(unit) : _origins[unit];

    /// <summary>The part of the original that a range of code units comes from.</summary>
    internal TextRange Origin(int start, int length) => length == 0 ? Before(start)
        : _origins is null ? new TextRange(start, start + length)
        : new TextRange(_origins[start].Start, _origins[start + length - 1].End);

    /// <summary>The text of a piece alone.</summary>
    internal NormalizedText Slice(int start, int length) => start == 0 && length == Text.Length ? this
        : new NormalizedText(Text.Substring(start, length), [.. Enumerable.Range(start, length).Select(unit => Origin(unit))]);

    /// <summary>Nothing, at the place where a code unit comes from.</summary>
    private TextRange Before(int start)
    {
        var place = start < Text.Length ? Origin(start).Start : start == 0 ? 0 : Origin(start - 1).End;
        return new TextRange(place, place);
    }

    /// <summary>Both halves of a surrogate pair come from the whole of it.</summary>
    private TextRange OriginOfUnchanged(int unit) =>
        char.IsLowSurrogate(Text[unit]) && unit > 0 && char.IsHighSurrogate(Text[unit - 1]) ? new TextRange(unit - 1, unit + 1)
        : char.IsHighSurrogate(Text[unit]) && unit + 1 < Text.Length && char.IsLowSurrogate(Text[unit + 1]) ? new TextRange(unit, unit + 2)
        : new TextRange(unit, unit + 1);
}
