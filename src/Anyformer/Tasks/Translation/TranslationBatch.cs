using Anyformer.Data.Texts;
using Anyformer.Models.Language;
using Anyformer.Torch;

namespace Anyformer.Tasks.Translation;

/// <summary>Texts with their translations as tensors, filled up with padding.</summary>
/// <param name="Source">The texts, each with the token of the end.</param>
/// <param name="Target">The token of the beginning and the translations.</param>
/// <param name="Labels">What comes next at every place of the target, the token of the end at last; padding behind. (batch, tokens).</param>
internal sealed record TranslationBatch(TextInput Source, TextInput Target, Tensor Labels)
{
    /// <summary>Texts as a batch.</summary>
    internal static TranslationBatch Of(IReadOnlyList<TranslatedText> texts, TranslationData data, Device device)
    {
        var (pad, begin, end) = (data.To.Special.Pad!.Value, data.To.Special.Begin!.Value, data.To.Special.End!.Value);
        var (target, real) = PaddedTokens.Of([.. texts.Select(text => (int[])[begin, .. text.ToIds])], pad, device);
        var (labels, _) = PaddedTokens.Of([.. texts.Select(text => (int[])[.. text.ToIds, end])], pad, device);
        return new TranslationBatch(SourceOf([.. texts.Select(text => text.FromIds)], data.From.Special, device), new TextInput(target) { Real = real }, labels);
    }

    /// <summary>The texts alone.</summary>
    /// <param name="texts">Their tokens, without that of the end.</param>
    /// <param name="special">The tokens of padding and of the end.</param>
    /// <param name="device">Where they go.</param>
    internal static TextInput SourceOf(IReadOnlyList<int[]> texts, Data.Texts.Tokenization.SpecialTokens special, Device device)
    {
        var (tokens, real) = PaddedTokens.Of([.. texts.Select(text => (int[])[.. text, special.End!.Value])], special.Pad!.Value, device);
        return new TextInput(tokens) { Real = real };
    }
}
