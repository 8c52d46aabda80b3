using Anyformer.Torch;

namespace Anyformer.Models.Language.Decoding;

/// <summary>Reads anew with every token; what was read first is a prefix, whose tokens see each other, as models see it that learnt with prefixes.</summary>
internal sealed class PrefixReading(LanguageModel model) : WholeReading(model)
{
    private long? _prefix;

    /// <inheritdoc/>
    private protected override TextInput Input(Tensor text)
    {
        var length = _prefix ??= text.Size(1);
        return new TextInput(text) { Prefix = Functional.Arange(text.Size(1), device: text.Device).Lt(length).Expand([text.Size(0), -1]) };
    }
}
