using System.Text;
using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.Decoders;

/// <summary>Reads the characters of tokens as bytes, and the bytes of all as UTF-8; what is none becomes U+FFFD.</summary>
internal sealed class ByteLevelDecoder : TokenDecoder
{
    /// <inheritdoc/>
    internal override List<string> Decode(List<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
            AddBytes(token, bytes);
        return [Encoding.UTF8.GetString([.. bytes])];
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = true, ["trim_offsets"] = true, ["use_regex"] = true };

    /// <summary>A token with a character that stands for no byte, one that was added, is text as it stands.</summary>
    private static void AddBytes(string token, List<byte> bytes)
    {
        var before = bytes.Count;
        foreach (var character in token)
        {
            if (ByteAlphabet.Byte(character) is { } value)
            {
                bytes.Add(value);
                continue;
            }

            bytes.RemoveRange(before, bytes.Count - before);
            bytes.AddRange(Encoding.UTF8.GetBytes(token));
            return;
        }
    }
}
