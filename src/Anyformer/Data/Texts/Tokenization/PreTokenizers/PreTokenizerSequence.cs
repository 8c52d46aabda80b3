using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.PreTokenizers;

/// <summary>Pre-tokenizers one after the other: each splits what the ones before left.</summary>
internal sealed class PreTokenizerSequence(PreTokenizer[] preTokenizers) : PreTokenizer
{
    /// <inheritdoc/>
    internal override void Split(TextPiece piece, List<TextPiece> pieces)
    {
        List<TextPiece> current = [piece];
        foreach (var preTokenizer in preTokenizers)
        {
            var next = new List<TextPiece>(current.Count);
            foreach (var part in current)
                preTokenizer.Split(part, next);
            next.RemoveAll(part => part.Length == 0);
            current = next;
        }

        pieces.AddRange(current);
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new()
    {
        ["type"] = "Sequence",
        ["pretokenizers"] = new JsonArray([.. preTokenizers.Select(preTokenizer => (JsonNode)preTokenizer.ToJson())]),
    };
}
