using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Tokenization.PreTokenizers;

namespace Anyformer.Data.Texts.Tokenization.Decoders;

/// <summary>Reads the visible character for a space as a space, and leaves out the ones of the first token where one was put there.</summary>
internal sealed class MetaspaceDecoder(Rune replacement, PrependScheme prepend, bool splits) : TokenDecoder
{
    private readonly string _replacement = replacement.ToString();

    /// <inheritdoc/>
    internal override List<string> Decode(List<string> tokens) => [.. tokens.Select((token, place) =>
        token.Replace(_replacement, place == 0 && prepend != PrependScheme.Never ? "" : " ", StringComparison.Ordinal))];

    /// <inheritdoc/>
    internal override JsonObject ToJson() => Metaspace.Json(replacement, prepend, splits);
}
