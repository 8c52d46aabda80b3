using System.Buffers;
using System.Text;
using Anyformer.Data.Texts.Unicode;

namespace Anyformer.Data.Texts.Tokenization.Patterns;

/// <summary>Runs of word characters, and runs of what is neither word character nor whitespace: <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WordPattern : TextPattern
{
    private enum Kind { Space, Word, Other }

    /// <inheritdoc/>
    internal override void Find(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        var (start, kind) = (0, Kind.Space);
        for (var place = 0; place <= text.Length;)
        {
            var (next, length) = KindAt(text, place);
            if (next != kind || place == text.Length)
            {
                if (kind != Kind.Space)
                    matches.Add(new TextRange(start, place));
                (start, kind) = (place, next);
            }

            place += length;
        }
    }

    private static (Kind Kind, int Length) KindAt(ReadOnlySpan<char> text, int place)
    {
        if (place == text.Length)
            return (Kind.Space, 1);
        if (Rune.DecodeFromUtf16(text[place..], out var character, out var length) != OperationStatus.Done)
            return (Kind.Other, length);
        return (Characters.IsWord(character) ? Kind.Word : Characters.IsWhitespace(character) ? Kind.Space : Kind.Other, length);
    }
}
