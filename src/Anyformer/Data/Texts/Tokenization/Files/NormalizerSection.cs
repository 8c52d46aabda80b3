using System.Text;
using Anyformer.Data.Texts.Tokenization.Normalizers;

namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>Reads the section <c>normalizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class NormalizerSection
{
    /// <summary>The normalizer.</summary>
    internal static Normalizer Read(JsonSection section) => section.Required("type").Text switch
    {
        "Sequence" => new NormalizerSequence([.. section.Required("normalizers").Items.Select(Read)]),
        "NFC" => new UnicodeForm(NormalizationForm.FormC),
        "NFD" => new UnicodeForm(NormalizationForm.FormD),
        "NFKC" => new UnicodeForm(NormalizationForm.FormKC),
        "NFKD" => new UnicodeForm(NormalizationForm.FormKD),
        "Lowercase" => CharacterNormalizer.Lowercase,
        "StripAccents" => CharacterNormalizer.StripAccents,
        "Nmt" => CharacterNormalizer.Nmt,
        "ByteLevel" => CharacterNormalizer.Bytes,
        "Strip" => new StripNormalizer(section["strip_left"]?.Flag ?? true, section["strip_right"]?.Flag ?? true),
        "Replace" => new ReplaceNormalizer(PatternSection.Read(section.Required("pattern")), section.Required("content").Text),
        "Prepend" => new PrependNormalizer(section.Required("prepend").Text),
        "Precompiled" => new PrecompiledNormalizer(new CharacterMap(Base64(section.Required("precompiled_charsmap")))),
        "BertNormalizer" => new BertNormalizer(section["clean_text"]?.Flag ?? true, section["handle_chinese_chars"]?.Flag ?? true,
            section["strip_accents"]?.Flag, section["lowercase"]?.Flag ?? true),
        _ => throw section.Required("type").Wrong(
            "Sequence, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Nmt, ByteLevel, Strip, Replace, Prepend, Precompiled or BertNormalizer"),
    };

    private static byte[] Base64(JsonSection section)
    {
        try
        {
            return Convert.FromBase64String(section.Text);
        }
        catch (FormatException)
        {
            throw section.Wrong("bytes in base64");
        }
    }
}
