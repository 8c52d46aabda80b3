using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Tokenization.Decoders;

namespace Anyformer.Data.Texts.Tokenization.SentencePiece;

/// <summary>
/// SentencePiece's own way back: U+2581 becomes a space, but for the one that was put before the text; bytes become characters, a broken one U+FFFD; what
/// is unknown is shown.
/// </summary>
/// <param name="unknown">The unknown piece.</param>
/// <param name="unknownSurface">What it is shown as.</param>
/// <param name="spaces">How spaces were treated.</param>
internal sealed class SentencePieceDecoder(string unknown, string unknownSurface, SpaceRules spaces) : TokenDecoder
{
    /// <inheritdoc/>
    internal override List<string> Decode(List<string> tokens)
    {
        var text = new StringBuilder();
        var bytes = new List<byte>();
        var hadPrefix = false;
        foreach (var token in tokens)
        {
            if (ByteFallbackDecoder.ByteOf(token) is { } value)
            {
                bytes.Add(value);
                continue;
            }

            Flush(bytes, text);
            var isFirst = text.Length == 0 && !hadPrefix;
            text.Append(token == unknown ? unknownSurface : SurfaceOf(token, isFirst, ref hadPrefix));
        }

        Flush(bytes, text);
        return [text.ToString()];
    }

    /// <summary>There is no such decoder in <c>tokenizer.json</c>: a model file is saved as it is.</summary>
    internal override JsonObject ToJson() => throw new InvalidOperationException("A SentencePiece model is saved as its own file.");

    private string SurfaceOf(string token, bool isFirst, ref bool hadPrefix)
    {
        if (isFirst && (spaces.AddsPrefix || spaces.RemovesExtra) && token.StartsWith(SentencePieceNormalizer.Space))
        {
            // Where extra spaces were removed, none of them can have been in the text.
            hadPrefix = !spaces.RemovesExtra;
            token = token[1..];
        }

        return token.Replace(SentencePieceNormalizer.Space, ' ');
    }

    private static void Flush(List<byte> bytes, StringBuilder text)
    {
        for (var rest = bytes.ToArray().AsSpan(); !rest.IsEmpty;)
        {
            // A byte that begins no character stands alone; those after it get another chance.
            var isWhole = Rune.DecodeFromUtf8(rest, out var character, out var length) == OperationStatus.Done;
            text.Append(isWhole ? character.ToString() : "\uFFFD");
            rest = rest[(isWhole ? length : 1)..];
        }

        bytes.Clear();
    }
}
