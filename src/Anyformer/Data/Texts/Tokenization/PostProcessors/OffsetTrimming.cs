using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Unicode;

namespace Anyformer.Data.Texts.Tokenization.PostProcessors;

/// <summary>Takes the whitespace at the ends of byte-level tokens out of their ranges.</summary>
/// <param name="addsPrefixSpace">True when the space of the first token was put there.</param>
/// <param name="trims">False to leave ranges as they are.</param>
internal sealed class OffsetTrimming(bool addsPrefixSpace, bool trims) : PostProcessor
{
    /// <inheritdoc/>
    internal override int Added(bool isPair) => 0;

    /// <inheritdoc/>
    internal override IReadOnlyList<TokenSequence> Process(IReadOnlyList<TokenSequence> sequences, bool addsSpecial) =>
        trims ? [.. sequences.Select(sequence => Trim(sequence, addsPrefixSpace))] : sequences;

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = addsPrefixSpace,
        ["trim_offsets"] = trims,
        ["use_regex"] = true,
    };

    /// <summary>Trims the ranges of a text's tokens.</summary>
    internal static TokenSequence Trim(TokenSequence sequence, bool addsPrefixSpace) => sequence.Select((token, place) =>
    {
        var (start, end) = (token.Range.Start, token.Range.End);
        var leading = Spaces(token.Text.EnumerateRunes());
        var trailing = Spaces(token.Text.EnumerateRunes().Reverse());
        // One space before the text is the one that was put there: its token comes from the first character.
        var isPrefix = addsPrefixSpace && leading == 1 && (place == 0 || start == 0);
        if (leading > 0 && !isPrefix)
            start = Math.Min(start + leading, end);
        if (trailing > 0 && end >= trailing)
            end = Math.Max(end - trailing, start);
        return sequence.At(token, new TextRange(start, end));
    });

    private static int Spaces(IEnumerable<Rune> characters) =>
        characters.TakeWhile(character => character.Value == ByteAlphabet.Space || Characters.IsWhitespace(character)).Count();
}
