using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.Patterns;

/// <summary>Something to be found in a text.</summary>
internal abstract class TextPattern
{
    /// <summary>Adds where it is found, from left to right, without overlaps.</summary>
    internal abstract void Find(ReadOnlySpan<char> text, List<TextRange> matches);

    /// <summary>Where it is found.</summary>
    internal List<TextRange> Find(ReadOnlySpan<char> text)
    {
        var matches = new List<TextRange>();
        Find(text, matches);
        return matches;
    }

    /// <summary>The pattern as <c>tokenizer.json</c> writes it; null for patterns that a part has built in.</summary>
    internal virtual JsonObject? ToJson() => null;
}
