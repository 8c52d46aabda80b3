using Anyformer.Data.Texts.Tokenization;

namespace Anyformer.Tests.Data.Texts.Tokenization;

public sealed class SimpleTokenizerTests
{
    [Fact]
    public void CharactersAreNumberedInTheirOrder()
    {
        var tokenizer = Tokenizer.OfCharacters("banana 🍌");
        Assert.Equal(5, tokenizer.Count);
        Assert.Equal([2, 1, 3, 1, 3, 1, 0, 4], tokenizer.EncodeIds("banana 🍌"));
        Assert.Equal("a 🍌n", tokenizer.Decode([1, 0, 4, 3]));
        Assert.Equal([" ", "a", "b", "n", "🍌"], Enumerable.Range(0, 5).Select(tokenizer.TokenOf));
        Assert.Equal(new SpecialTokens(), tokenizer.Special);
    }

    [Fact]
    public void OffsetsAreInCodePointsAndInCodeUnits()
    {
        var encoded = Tokenizer.OfCharacters("a🍌").Encode("🍌a🍌");
        Assert.Equal(["🍌", "a", "🍌"], encoded.Tokens);
        Assert.Equal([new(0, 1), new(1, 2), new(2, 3)], encoded.Offsets);
        Assert.Equal([new(0, 2), new(2, 3), new(3, 5)], encoded.Utf16Offsets);
        Assert.Equal([1, 1, 1], encoded.AttentionMask);
        Assert.Equal([0, 0, 0], encoded.SpecialTokensMask);
    }

    [Fact]
    public void AnUnknownCharacterIsNamed() => Assert.Equal(
        "The text has 'x' (U+0078), which is none of the 2 tokens of the vocabulary.",
        Assert.Throws<UserException>(() => Tokenizer.OfCharacters("ab").EncodeIds("axb")).Message);

    [Fact]
    public void BytesAreTheirValues()
    {
        var tokenizer = Tokenizer.OfBytes();
        Assert.Equal(256, tokenizer.Count);
        Assert.Equal([0x41, 0x20, 0xC3, 0xA9, 0x0A, 0xF0, 0x9F, 0x8D, 0x8C, 0x00], tokenizer.EncodeIds("A é\n🍌\0"));
        Assert.Equal("A é\n🍌\0", tokenizer.Decode([0x41, 0x20, 0xC3, 0xA9, 0x0A, 0xF0, 0x9F, 0x8D, 0x8C, 0x00]));
        Assert.Equal("\uFFFDA", tokenizer.Decode([0xC3, 0x41]));
    }

    [Fact]
    public void AStreamHoldsBackWhatIsNoWholeCharacter()
    {
        var stream = Tokenizer.OfBytes().Stream();
        Assert.Equal(["A", "", "", "", "🍌", "!", ""], new[] { 0x41, 0xF0, 0x9F, 0x8D, 0x8C, 0x21, 0xC3 }.Select(stream.Add));
        Assert.Equal("\uFFFD", stream.Finish());
        Assert.Equal("", stream.Finish());
    }

    [Fact]
    public void BytesThatNeverMakeACharacterAreShownAllTheSame()
    {
        var stream = Tokenizer.OfBytes().Stream();
        Assert.Equal(new string('\uFFFD', 16), string.Concat(Enumerable.Repeat(0xFF, 16).Select(stream.Add)));
    }

    [Fact]
    public void WhatIsSavedOpensAsTheSame()
    {
        using var folder = new TemporaryFolder();
        foreach (var tokenizer in new[] { Tokenizer.OfBytes(), Tokenizer.OfCharacters("böse Füße 🍌\n") })
        {
            tokenizer.Save(folder["saved"]);
            var opened = Tokenizer.Open(folder["saved"]);
            Assert.Equal(tokenizer.Count, opened.Count);
            Assert.Equal(tokenizer.EncodeIds("böse Füße\n🍌"), opened.EncodeIds("böse Füße\n🍌"));
            Assert.Equal("böse Füße\n🍌", opened.Decode(opened.EncodeIds("böse Füße\n🍌")));
        }
    }
}
