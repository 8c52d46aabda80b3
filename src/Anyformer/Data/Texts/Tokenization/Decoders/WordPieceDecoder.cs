using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.Decoders;

/// <summary>Joins tokens that continue a word, and puts spaces before those that begin one.</summary>
/// <param name="prefix">What a token that continues begins with.</param>
/// <param name="cleans">True to take out the spaces before punctuation and English contractions.</param>
internal sealed class WordPieceDecoder(string prefix, bool cleans) : TokenDecoder
{
    /// <inheritdoc/>
    internal override List<string> Decode(List<string> tokens) => [.. tokens.Select((token, place) =>
    {
        var text = place == 0 ? token : token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
        return cleans ? Clean(text) : text;
    })];

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = "WordPiece", ["prefix"] = prefix, ["cleanup"] = cleans };

    private static string Clean(string text) => text
        .Replace(" .", ".", StringComparison.Ordinal)
        .Replace(" ?", "?", StringComparison.Ordinal)
        .Replace(" !", "!", StringComparison.Ordinal)
        .Replace(" ,", ",", StringComparison.Ordinal)
        .Replace(" ' ", "'", StringComparison.Ordinal)
        .Replace(" n't", "n't", StringComparison.Ordinal)
        .Replace(" 'm", "'m", StringComparison.Ordinal)
        .Replace(" do not", " don't", StringComparison.Ordinal)
        .Replace(" 's", "'s", StringComparison.Ordinal)
        .Replace(" 've", "'ve", StringComparison.Ordinal)
        .Replace(" 're", "'re", StringComparison.Ordinal);
}
