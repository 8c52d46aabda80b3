using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Unicode;

namespace Anyformer.Data.Texts.Tokenization.Normalizers;

/// <summary>A normalization form of Unicode.</summary>
internal sealed class UnicodeForm(NormalizationForm form) : Normalizer
{
    /// <inheritdoc/>
    internal override NormalizedText Normalize(NormalizedText text)
    {
        if (Ascii.IsValid(text.Text))
            return text;
        var rewriter = new TextRewriter(text);
        foreach (var character in UnicodeNormalization.Normalize(text.Text, form))
            rewriter.Write(character);
        return rewriter.ToText();
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new()
    {
        ["type"] = form switch
        {
            NormalizationForm.FormC => "NFC",
            NormalizationForm.FormD => "NFD",
            NormalizationForm.FormKC => "NFKC",
            _ => "NFKD",
        },
    };
}
