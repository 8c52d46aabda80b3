using Anyformer.Torch;

namespace Anyformer.Models.Language.EncoderDecoders;

/// <summary>Written texts as the references give them.</summary>
internal static class WrittenRows
{
    /// <summary>A row for each text, the token that it begins with first and padding behind the shorter ones: (texts, most tokens).</summary>
    internal static Tensor Of(IReadOnlyList<IReadOnlyList<int>> texts, int begin, int padding)
    {
        var longest = texts.Max(text => text.Count);
        var ids = texts.SelectMany(text => text.Prepend(begin).Concat(Enumerable.Repeat(padding, longest - text.Count))).Select(id => (long)id);
        return Tensor.From<long>([.. ids]).View([texts.Count, longest + 1]);
    }
}
