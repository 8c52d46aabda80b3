using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Tokenization.Patterns;

namespace Anyformer.Data.Texts.Tokenization.Normalizers;

/// <summary>Puts a text before one that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    /// <inheritdoc/>
    internal override NormalizedText Normalize(NormalizedText text)
    {
        if (text.Text.Length == 0 || prefix.Length == 0)
            return text;
        var rewriter = new TextRewriter(text);
        var first = rewriter.Next;
        foreach (var (place, character) in prefix.EnumerateRunes().Index())
        {
            // The first of them takes the place of the text's first character, which the others and that one share.
            if (place == 0)
                rewriter.Replace(character);
            else
                rewriter.Insert(character);
        }

        rewriter.Insert(first);
        rewriter.KeepTo(text.Text.Length);
        return rewriter.ToText();
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = "Prepend", ["prepend"] = prefix };
}

/// <summary>Replaces what a pattern finds; what is written comes from the end of what was found.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : Normalizer
{
    /// <inheritdoc/>
    internal override NormalizedText Normalize(NormalizedText text)
    {
        var matches = pattern.Find(text.Text);
        if (matches.Count == 0)
            return text;
        var rewriter = new TextRewriter(text);
        foreach (var match in matches)
        {
            rewriter.KeepTo(match.Start);
            rewriter.DropTo(match.End);
            foreach (var character in content.EnumerateRunes())
                rewriter.Insert(character);
        }

        rewriter.KeepTo(text.Text.Length);
        return rewriter.ToText();
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = "Replace", ["pattern"] = pattern.ToJson(), ["content"] = content };
}

/// <summary>Leaves out the whitespace at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    /// <inheritdoc/>
    internal override NormalizedText Normalize(NormalizedText text)
    {
        var start = left ? text.Text.Length - text.Text.AsSpan().TrimStart().Length : 0;
        var end = right ? text.Text.AsSpan().TrimEnd().Length : text.Text.Length;
        return text.Slice(start, Math.Max(0, end - start));
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = "Strip", ["strip_left"] = left, ["strip_right"] = right };
}

/// <summary>Normalizers one after the other.</summary>
internal sealed class NormalizerSequence(Normalizer[] normalizers) : Normalizer
{
    /// <inheritdoc/>
    internal override NormalizedText Normalize(NormalizedText text) =>
        normalizers.Aggregate(text, static (current, normalizer) => normalizer.Normalize(current));

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new()
    {
        ["type"] = "Sequence",
        ["normalizers"] = new JsonArray([.. normalizers.Select(normalizer => (JsonNode)normalizer.ToJson())]),
    };
}
