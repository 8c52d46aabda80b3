namespace Anyformer.Data.Texts.Tokenization.Models;

/// <summary>
/// Parts a long text that is not split into words, as those of SentencePiece are not: before a U+2581 that follows something else, when no token crosses
/// such a place. The parts are merged alone then, with the same result, and repeat.
/// </summary>
internal static class SpaceMark
{
    private const char Mark = '\u2581';

    /// <summary>True when no token goes on with a mark after something else, and the mark itself is one.</summary>
    internal static bool Parts(Vocabulary vocabulary) => vocabulary.IdOf([Mark]) is not null
        && vocabulary.Entries.All(entry => !entry.Token.AsSpan().TrimStart(Mark).Contains(Mark));

    /// <summary>Where the part ends that begins at a place.</summary>
    internal static int EndOfPart(ReadOnlySpan<char> text, int start)
    {
        var marks = text[start..].IndexOfAnyExcept(Mark);
        if (marks < 0)
            return text.Length;
        var rest = text[(start + marks)..].IndexOf(Mark);
        return rest < 0 ? text.Length : start + marks + rest;
    }
}
