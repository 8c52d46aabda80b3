using System.Text;

namespace Anyformer.Data.Texts.Tokenization.Patterns;

/// <summary>Every character of a kind, one by one.</summary>
internal sealed class CharacterPattern(Predicate<Rune> isMatch) : TextPattern
{
    /// <inheritdoc/>
    internal override void Find(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        var place = 0;
        foreach (var character in text.EnumerateRunes())
        {
            var length = character.Utf16SequenceLength;
            if (isMatch(character))
                matches.Add(new TextRange(place, place + length));
            place += length;
        }
    }
}
