using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.Normalizers;

/// <summary>Changes a text before it is split.</summary>
internal abstract class Normalizer
{
    /// <summary>The changed text.</summary>
    internal abstract NormalizedText Normalize(NormalizedText text);

    /// <summary>The normalizer as a section of a <c>tokenizer.json</c>.</summary>
    internal abstract JsonObject ToJson();
}
