using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

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
        var rewriter = new TextRewriter(text);
        while (!rewriter.IsAtEnd)
        {
            var cluster = StringInfo.GetNextTextElementLength(text.Text.AsSpan(rewriter.Position));
            if (!TryReplace(rewriter, text.Text.AsSpan(rewriter.Position, cluster), LongCluster))
                for (var end = rewriter.Position + cluster; rewriter.Position < end;)
                    ReplaceCharacter(rewriter, text.Text);
        }

        return rewriter.ToText();
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(map.Data) };

    private void ReplaceCharacter(TextRewriter rewriter, string text)
    {
        var length = char.IsSurrogatePair(text, rewriter.Position) ? 2 : 1;
        if (!TryReplace(rewriter, text.AsSpan(rewriter.Position, length), int.MaxValue))
            rewriter.Keep();
    }

    private bool TryReplace(TextRewriter rewriter, ReadOnlySpan<char> part, int tooLong)
    {
        // A cluster can be long, an unpaired surrogate takes three bytes.
        if (part.Length >= tooLong)
            return false;
        Span<byte> bytes = stackalloc byte[3 * LongCluster];
        var count = Encoding.UTF8.GetBytes(part, bytes);
        if (count >= tooLong || map.Find(bytes[..count], longest: false) is not var (_, replacement))
            return false;
        Replace(rewriter, part, replacement);
        return true;
    }

    /// <summary>Characters are replaced one by one; what the old text has more goes, what the new one has more is inserted.</summary>
    private static void Replace(TextRewriter rewriter, ReadOnlySpan<char> part, string replacement)
    {
        var end = rewriter.Position + part.Length;
        foreach (var character in replacement.EnumerateRunes())
        {
            if (rewriter.Position < end)
                rewriter.Replace(character);
            else
                rewriter.Insert(character);
        }

        rewriter.DropTo(end);
    }
}
