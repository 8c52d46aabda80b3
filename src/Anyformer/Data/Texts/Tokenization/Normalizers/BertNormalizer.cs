using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Unicode;

namespace Anyformer.Data.Texts.Tokenization.Normalizers;

/// <summary>What BERT does to a text: clean it, part Chinese characters, strip accents, write it in lower case.</summary>
/// <param name="cleans">True to leave out controls, and to make every whitespace a space.</param>
/// <param name="partsChinese">True to put spaces around Chinese characters.</param>
/// <param name="stripsAccents">True to leave out marks; null to do so with lower case.</param>
/// <param name="lowers">True for lower case.</param>
internal sealed class BertNormalizer(bool cleans, bool partsChinese, bool? stripsAccents, bool lowers) : Normalizer
{
    private static readonly UnicodeForm s_decomposed = new(NormalizationForm.FormD);

    /// <inheritdoc/>
    internal override NormalizedText Normalize(NormalizedText text)
    {
        if (cleans)
            text = CharacterNormalizer.Rewrite(text, Clean);
        if (partsChinese && text.Text.AsSpan().ContainsAnyExceptInRange('\0', '\u2FFF'))
            text = CharacterNormalizer.Rewrite(text, PartChinese);
        if (stripsAccents ?? lowers)
            text = CharacterNormalizer.Rewrite(s_decomposed.Normalize(text), WithoutMark);
        return lowers ? CharacterNormalizer.Lowercase.Normalize(text) : text;
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new()
    {
        ["type"] = "BertNormalizer",
        ["clean_text"] = cleans,
        ["handle_chinese_chars"] = partsChinese,
        ["strip_accents"] = stripsAccents,
        ["lowercase"] = lowers,
    };

    private static void Clean(TextRewriter rewriter)
    {
        var character = rewriter.Next;
        if (character.Value is '\t' or '\n' or '\r')
            rewriter.Replace(new Rune(' '));
        else if (character.Value is 0 or 0xFFFD || Characters.IsOther(character))
            rewriter.Drop();
        else if (Characters.IsWhitespace(character))
            rewriter.Replace(new Rune(' '));
        else
            rewriter.Keep();
    }

    private static void WithoutMark(TextRewriter rewriter) => CharacterNormalizer.KeepUnless(rewriter, Characters.IsNonSpacingMark);

    private static void PartChinese(TextRewriter rewriter)
    {
        var character = rewriter.Next;
        if (!IsChinese(character.Value))
        {
            rewriter.Keep();
            return;
        }

        rewriter.Replace(new Rune(' '));
        rewriter.Insert(character);
        rewriter.Insert(new Rune(' '));
    }

    /// <summary>The blocks that Hugging Face's library takes: U+2B920, where U+2B820 begins one, is what it has.</summary>
    private static bool IsChinese(int value) => value is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or >= 0x20000 and <= 0x2A6DF
        or >= 0x2A700 and <= 0x2B73F or >= 0x2B740 and <= 0x2B81F or >= 0x2B920 and <= 0x2CEAF or >= 0xF900 and <= 0xFAFF or >= 0x2F800 and <= 0x2FA1F;
}
