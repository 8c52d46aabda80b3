using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.PreTokenizers;

/// <summary>Splits as BERT does: at whitespace, and around every punctuation character.</summary>
internal sealed class BertWords : PreTokenizer
{
    private readonly PreTokenizerSequence _steps = new([PatternSplit.Whitespace(), PatternSplit.Punctuation(SplitBehavior.Isolated)]);

    /// <inheritdoc/>
    internal override void Split(TextPiece piece, List<TextPiece> pieces) => _steps.Split(piece, pieces);

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = "BertPreTokenizer" };
}
