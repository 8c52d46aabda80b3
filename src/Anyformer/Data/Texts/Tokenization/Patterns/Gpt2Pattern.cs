using System.Buffers;
using System.Text;
using Anyformer.Data.Texts.Unicode;

namespace Anyformer.Data.Texts.Tokenization.Patterns;

/// <summary>
/// The words of GPT-2, <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, by hand: a regular expression on UTF-16
/// takes letters and digits outside the basic plane for something else, and is slower. Every place of a text belongs to a word.
/// </summary>
internal sealed class Gpt2Pattern : TextPattern
{
    private static readonly Kind[] s_ascii = [.. Enumerable.Range(0, 128).Select(value => KindOf(new Rune(value)))];

    private enum Kind : byte { Other, Letter, Number, Space }

    /// <inheritdoc/>
    internal override void Find(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = EndOfWord(text, start);
            matches.Add(new TextRange(start, end));
            start = end;
        }
    }

    /// <summary>Where the word ends that begins at a place.</summary>
    internal static int EndOfWord(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && Contraction(text[(start + 1)..]) is var length and > 0)
            return start + 1 + length;
        var first = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        var kind = KindAt(text, first, out var width);
        return kind == Kind.Space ? EndOfSpace(text, start) : EndOfRun(text, first + width, kind);
    }

    private static int Contraction(ReadOnlySpan<char> rest) => rest switch
    {
        ['s' or 't' or 'm' or 'd', ..] => 1,
        ['r' or 'v', 'e', ..] or ['l', 'l', ..] => 2,
        _ => 0,
    };

    private static int EndOfRun(ReadOnlySpan<char> text, int place, Kind kind)
    {
        while (place < text.Length && KindAt(text, place, out var width) == kind)
            place += width;
        return place;
    }

    /// <summary>Whitespace before a word leaves its last character to the word, which takes it when it is a space.</summary>
    private static int EndOfSpace(ReadOnlySpan<char> text, int start)
    {
        var end = EndOfRun(text, start, Kind.Space);
        return end == text.Length || end == start + 1 ? end : end - 1;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int place, out int width)
    {
        var unit = text[place];
        width = 1;
        if (unit < 128)
            return s_ascii[unit];
        return Rune.DecodeFromUtf16(text[place..], out var character, out width) == OperationStatus.Done ? KindOf(character) : Kind.Other;
    }

    private static Kind KindOf(Rune character) => Characters.IsLetter(character) ? Kind.Letter
        : Characters.IsNumber(character) ? Kind.Number
        : Characters.IsWhitespace(character) ? Kind.Space : Kind.Other;
}
