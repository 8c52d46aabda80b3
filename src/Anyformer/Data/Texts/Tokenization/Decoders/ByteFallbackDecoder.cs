using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.Decoders;

/// <summary>Reads runs of byte tokens, such as <c>&lt;0x0A&gt;</c>, as UTF-8; a run that is none becomes one U+FFFD for each byte.</summary>
internal sealed class ByteFallbackDecoder : TokenDecoder
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The byte that a token stands for; null for other tokens.</summary>
    internal static byte? ByteOf(string token) =>
        token is ['<', '0', 'x', _, _, '>']
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <inheritdoc/>
    internal override List<string> Decode(List<string> tokens)
    {
        var texts = new List<string>(tokens.Count);
        var run = new List<byte>();
        foreach (var token in tokens)
        {
            if (ByteOf(token) is { } value)
            {
                run.Add(value);
                continue;
            }

            Flush(run, texts);
            texts.Add(token);
        }

        Flush(run, texts);
        return texts;
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = "ByteFallback" };

    private static void Flush(List<byte> run, List<string> texts)
    {
        if (run.Count == 0)
            return;
        try
        {
            texts.Add(s_strict.GetString([.. run]));
        }
        catch (DecoderFallbackException)
        {
            texts.AddRange(Enumerable.Repeat("\uFFFD", run.Count));
        }

        run.Clear();
    }
}
