using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.Patterns;

/// <summary>A text that is found as it stands.</summary>
internal sealed class LiteralPattern(string literal) : TextPattern
{
    /// <inheritdoc/>
    internal override void Find(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        if (literal.Length == 0)
            return;
        for (var start = 0; text[start..].IndexOf(literal) is var found and >= 0; start += found + literal.Length)
            matches.Add(new TextRange(start + found, start + found + literal.Length));
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["String"] = literal };
}
