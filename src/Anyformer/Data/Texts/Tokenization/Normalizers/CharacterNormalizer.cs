using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Unicode;

namespace Anyformer.Data.Texts.Tokenization.Normalizers;

/// <summary>Changes a text character by character.</summary>
/// <param name="type">What the normalizer is called in files.</param>
/// <param name="change">Reads the next character and writes what becomes of it.</param>
internal sealed class CharacterNormalizer(string type, Action<TextRewriter> change) : Normalizer
{
    /// <summary>Lower case, character by character.</summary>
    internal static CharacterNormalizer Lowercase { get; } = new("Lowercase", ToLower);

    /// <summary>Leaves out marks.</summary>
    internal static CharacterNormalizer StripAccents { get; } = new("StripAccents", rewriter => KeepUnless(rewriter, Characters.IsMark));

    /// <summary>Leaves out controls and makes spaces of what looks like one, as SentencePiece's rules do.</summary>
    internal static CharacterNormalizer Nmt { get; } = new("Nmt", Clean);

    /// <summary>Writes the characters that stand for UTF-8 bytes.</summary>
    internal static CharacterNormalizer Bytes { get; } = new("ByteLevel", ToBytes);

    /// <inheritdoc/>
    internal override NormalizedText Normalize(NormalizedText text) => Rewrite(text, change);

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["type"] = type };

    /// <summary>A text changed character by character.</summary>
    internal static NormalizedText Rewrite(NormalizedText text, Action<TextRewriter> change)
    {
        var rewriter = new TextRewriter(text);
        while (!rewriter.IsAtEnd)
            change(rewriter);
        return rewriter.ToText();
    }

    /// <summary>Leaves out the next character when it is of a kind.</summary>
    internal static void KeepUnless(TextRewriter rewriter, Predicate<Rune> isDropped)
    {
        if (isDropped(rewriter.Next))
            rewriter.Drop();
        else
            rewriter.Keep();
    }

    /// <summary>Writes the next character in lower case.</summary>
    internal static void ToLower(TextRewriter rewriter)
    {
        // The one character whose lower case is two, in any language.
        var isDotted = rewriter.Next.Value == 0x130;
        rewriter.Replace(isDotted ? new Rune('i') : Rune.ToLowerInvariant(rewriter.Next));
        if (isDotted)
            rewriter.Insert(new Rune(0x307));
    }

    private static void Clean(TextRewriter rewriter)
    {
        switch (rewriter.Next.Value)
        {
            case (>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F:
                rewriter.Drop();
                break;
            case 0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD:
                rewriter.Replace(new Rune(' '));
                break;
            default:
                rewriter.Keep();
                break;
        }
    }

    private static void ToBytes(TextRewriter rewriter)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = rewriter.Next.EncodeToUtf8(bytes);
        rewriter.Replace(new Rune(ByteAlphabet.Character(bytes[0])));
        foreach (var value in bytes[1..count])
            rewriter.Insert(new Rune(ByteAlphabet.Character(value)));
    }
}
