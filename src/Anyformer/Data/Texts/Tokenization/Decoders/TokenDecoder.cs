using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.Decoders;

/// <summary>Makes the texts of tokens ready to be joined.</summary>
internal abstract class TokenDecoder
{
    /// <summary>The texts that the tokens stand for.</summary>
    internal abstract List<string> Decode(List<string> tokens);

    /// <summary>The decoder as a section of a <c>tokenizer.json</c>.</summary>
    internal abstract JsonObject ToJson();
}
