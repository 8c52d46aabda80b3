using System.Text;
using Anyformer.Data.Texts.Tokenization.Decoders;
using Anyformer.Data.Texts.Tokenization.Models;
using Anyformer.Data.Texts.Tokenization.Patterns;
using Anyformer.Data.Texts.Tokenization.PreTokenizers;

namespace Anyformer.Data.Texts.Tokenization;

/// <summary>Tokenizers that need no training: bytes and characters.</summary>
internal static class SimpleTokenizers
{
    /// <summary>Every byte is a token.</summary>
    internal static Tokenizer Bytes() => new(new TokenizerParts
    {
        PreTokenizer = new ByteLevel(addsPrefixSpace: false),
        Model = new BytePairEncoding(
            new Vocabulary(Enumerable.Range(0, 256).Select(value => $"{ByteAlphabet.Character((byte)value)}")), [], new BytePairOptions()),
        Decoder = new ByteLevelDecoder(),
    }, new SpecialTokens());

    /// <summary>Every character of a text is a token; others are refused.</summary>
    internal static Tokenizer Characters(string text) => new(new TokenizerParts
    {
        PreTokenizer = PatternSplit.At(new RegexPattern(@"[\s\S]"), SplitBehavior.Isolated, invert: false),
        Model = new WordLevel(new Vocabulary(CharactersOf(text).Select(character => character.ToString())), "<unk>"),
        Decoder = new FuseDecoder(),
    }, new SpecialTokens());

    private static IEnumerable<Rune> CharactersOf(string text)
    {
        var characters = new HashSet<Rune>();
        foreach (var character in text.EnumerateRunes())
            characters.Add(character);
        return characters.Order();
    }
}
