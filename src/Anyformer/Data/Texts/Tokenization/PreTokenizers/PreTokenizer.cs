using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.PreTokenizers;

/// <summary>Splits a text into the words that a model makes tokens of; what it leaves out has no tokens.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Adds the parts of a piece.</summary>
    internal abstract void Split(TextPiece piece, List<TextPiece> pieces);

    /// <summary>The pre-tokenizer as a section of a <c>tokenizer.json</c>.</summary>
    internal abstract JsonObject ToJson();
}
