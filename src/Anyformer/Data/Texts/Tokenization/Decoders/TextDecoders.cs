using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Tokenization.Patterns;

namespace Anyformer.Data.Texts.Tokenization.Decoders;

/// <summary>Joins everything to one text, so that what follows sees the whole.</summary>
internal sealed class FuseDecoder : TokenDecoder
{
    /// <inheritdoc/>
    internal override List<string> Decode(List<string> tokens) => [string.Concat(tokens)];

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = "Fuse" };
}

/// <summary>Replaces what a pattern finds in each text.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : TokenDecoder
{
    /// <inheritdoc/>
    internal override List<string> Decode(List<string> tokens) => [.. tokens.Select(Replace)];

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = "Replace", ["pattern"] = pattern.ToJson(), ["content"] = content };

    private string Replace(string token)
    {
        var text = new StringBuilder();
        var end = 0;
        foreach (var match in pattern.Find(token))
        {
            text.Append(token, end, match.Start - end).Append(content);
            end = match.End;
        }

        return text.Append(token, end, token.Length - end).ToString();
    }
}

/// <summary>Takes up to so many of a character off the ends of each text.</summary>
internal sealed class StripDecoder(Rune content, int start, int stop) : TokenDecoder
{
    /// <inheritdoc/>
    internal override List<string> Decode(List<string> tokens) => [.. tokens.Select(Strip)];

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = "Strip", ["content"] = content.ToString(), ["start"] = start, ["stop"] = stop };

    private string Strip(string token)
    {
        Rune[] characters = [.. token.EnumerateRunes()];
        var leading = characters.Take(start).TakeWhile(character => character == content).Count();
        var trailing = characters.Skip(leading).Reverse().Take(stop).TakeWhile(character => character == content).Count();
        return string.Concat(characters[leading..(characters.Length - trailing)]);
    }
}

/// <summary>Reads what ends a word as a space, but for the last one.</summary>
internal sealed class SuffixDecoder(string suffix) : TokenDecoder
{
    /// <inheritdoc/>
    internal override List<string> Decode(List<string> tokens) => [.. tokens.Select((token, place) =>
        suffix.Length == 0 ? token : token.Replace(suffix, place == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal))];

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = "BPEDecoder", ["suffix"] = suffix };
}

/// <summary>Decoders one after the other.</summary>
internal sealed class DecoderSequence(TokenDecoder[] decoders) : TokenDecoder
{
    /// <inheritdoc/>
    internal override List<string> Decode(List<string> tokens) => decoders.Aggregate(tokens, static (current, decoder) => decoder.Decode(current));

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new()
    {
        ["type"] = "Sequence",
        ["decoders"] = new JsonArray([.. decoders.Select(decoder => (JsonNode)decoder.ToJson())]),
    };
}
