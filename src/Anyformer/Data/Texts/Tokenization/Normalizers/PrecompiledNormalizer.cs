using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Unicode;

namespace Anyformer.Data.Texts.Tokenization.Normalizers;

/// <summary>
/// A <see cref="CharacterMap"/> as Hugging Face's library applies it: a short grapheme cluster that begins with a text of the map is replaced as a
/// whole, by what replaces the shortest such text; otherwise each character is looked up. SentencePiece itself takes the longest match.
/// </summary>
internal sealed class PrecompiledNormalizer(CharacterMap map) : Normalizer
{
    /// <summary>Clusters of so many UTF-8 bytes are looked up character by character.</summary>
    private const int LongCluster = 6;

    /// <inheritdoc/>
    internal override NormalizedText Normalize(NormalizedText text)
    {
        var run = new Run(new TextRewriter(text));
        for (var (place, length) = (0, 0); place < text.Text.Length; place += length)
        {
            length = StringInfo.GetNextTextElementLength(text.Text.AsSpan(place));
            var cluster = text.Text.AsSpan(place, length);
            if (ReplacementOf(cluster, LongCluster) is { } replacement)
                run.Replace(cluster, replacement);
            else
                foreach (var character in cluster.EnumerateRunes())
                    ReplaceCharacter(character, run);
        }

        return run.ToText();
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(map.Data) };

    private void ReplaceCharacter(Rune character, Run run)
    {
        Span<char> units = stackalloc char[2];
        var part = units[..character.EncodeToUtf16(units)];
        run.Replace(part, ReplacementOf(part, int.MaxValue) ?? part.ToString());
    }

    /// <summary>What replaces a part that is not too long; null when nothing does.</summary>
    private string? ReplacementOf(ReadOnlySpan<char> part, int tooLong)
    {
        // A code unit takes a byte at least, so that a longer part need not be written.
        if (part.Length >= LongCluster)
            return null;
        Span<byte> bytes = stackalloc byte[3 * LongCluster];
        var count = Encoding.UTF8.GetBytes(part, bytes);
        return count >= tooLong ? null : map.Find(bytes[..count], longest: false)?.Replacement;
    }

    /// <summary>
    /// Writing one text. What is left out is noted at the character before it, as the library does: where that one is new, it takes the place of what
    /// was left out; where there is none, that is forgotten, and the ranges of all that follows begin so much too early.
    /// </summary>
    private sealed class Run(TextRewriter rewriter)
    {
        private ChangedCharacter? _last;

        internal NormalizedText ToText()
        {
            Flush();
            return rewriter.ToText();
        }

        /// <summary>Characters are replaced one by one; what the old text has more is left out, what the new one has more is inserted.</summary>
        internal void Replace(ReadOnlySpan<char> part, string replacement)
        {
            var old = 0;
            foreach (var _ in part.EnumerateRunes())
                old++;
            foreach (var character in replacement.EnumerateRunes())
            {
                Flush();
                _last = new ChangedCharacter(character, old-- > 0 ? 0 : 1);
            }

            if (old > 0 && _last is { } last)
                _last = last with { Change = last.Change - old };
        }

        private void Flush()
        {
            if (_last is { } last)
                rewriter.Write(last);
            _last = null;
        }
    }
}
