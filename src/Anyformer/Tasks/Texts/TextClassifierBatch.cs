using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Torch;

namespace Anyformer.Tasks.Texts;

/// <summary>Texts side by side as a model takes them, filled up behind.</summary>
internal static class TextClassifierBatch
{
    /// <summary>The texts.</summary>
    /// <param name="texts">The tokens of each, and which of two texts they belong to.</param>
    /// <param name="special">The tokens that could fill up.</param>
    /// <param name="model">Who reads them.</param>
    /// <param name="device">Where they go.</param>
    internal static TextInput Of(IReadOnlyList<(int[] Ids, int[] Types)> texts, SpecialTokens special, TextModel model, Device device)
    {
        // Whatever fills up is masked; any id that there is will do where no token is for it.
        var (tokens, real) = PaddedTokens.Of([.. texts.Select(text => text.Ids)], special.Pad ?? special.End ?? 0, device);
        var areTyped = model.TakesTypes && texts.Any(text => text.Types.AsSpan().ContainsAnyExcept(0));
        return new TextInput(tokens) { Real = real, Types = areTyped ? PaddedTokens.Of([.. texts.Select(text => text.Types)], 0, device).Ids : null };
    }
}
