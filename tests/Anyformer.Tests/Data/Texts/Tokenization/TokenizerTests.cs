using Anyformer.Data.Texts.Tokenization;
using Anyformer.Data.Texts.Tokenization.Training;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Data.Texts.Tokenization;

public sealed class TokenizerTests
{
    private static readonly string[] s_corpus = ["the cat sat on the mat", "the bat and the cat", "a cat's hat"];
    private static readonly Tokenizer s_words = TokenizerTrainer.TrainWordPieces(s_corpus, new TokenizerTrainingOptions { Vocabulary = 200, MinFrequency = 1 });
    private static readonly Tokenizer s_bytes = TokenizerTrainer.TrainBytePairs(s_corpus,
        new TokenizerTrainingOptions { Vocabulary = 280, SpecialTokens = ["<|endoftext|>"] });

    [Fact]
    public void RolesAreSeenFromUsualNames()
    {
        Assert.Equal(new SpecialTokens { Pad = 0, Unknown = 1, Class = 2, Separator = 3, Mask = 4 }, s_words.Special);
        Assert.Equal(new SpecialTokens { Begin = 0, End = 0 }, s_bytes.Special);
        Assert.True(s_bytes.IsSpecial(0));
        Assert.False(s_bytes.IsSpecial(1));
    }

    [Fact]
    public void APairHasTokensAroundItAndTwoTypes()
    {
        var encoded = s_words.Encode("The cat", "a hat");
        Assert.Equal(["[CLS]", "the", "cat", "[SEP]", "a", "hat", "[SEP]"], encoded.Tokens);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1], encoded.TypeIds);
        Assert.Equal([1, 0, 0, 1, 0, 0, 1], encoded.SpecialTokensMask);
        Assert.Equal([new(0, 0), new(0, 3), new(4, 7), new(0, 0), new(0, 1), new(2, 5), new(0, 0)], encoded.Offsets);
        Assert.Equal(["the", "cat", "a", "hat"], s_words.Encode("The cat", "a hat", new EncodingOptions { AddsSpecial = false }).Tokens);
        Assert.Equal("the cat a hat", s_words.Decode(encoded.Ids));
        Assert.Equal("[CLS] the cat [SEP] a hat [SEP]", s_words.Decode(encoded.Ids, skipSpecial: false));
        Assert.Equal(s_words.Encode("The cat", options: new EncodingOptions { AddsSpecial = false }).Ids, s_words.EncodeIds("The cat"));
    }

    [Theory]
    // Of 3 and 7 tokens in the order of the texts; three are added.
    [InlineData(20, TruncationStrategy.LongestFirst, 3, 7)]
    [InlineData(11, TruncationStrategy.LongestFirst, 3, 5)]
    [InlineData(8, TruncationStrategy.LongestFirst, 2, 3)]
    [InlineData(3, TruncationStrategy.LongestFirst, 0, 0)]
    [InlineData(11, TruncationStrategy.OnlyFirst, 1, 7)]
    [InlineData(9, TruncationStrategy.OnlySecond, 3, 3)]
    public void LongPairsAreCut(int most, TruncationStrategy strategy, int first, int second)
    {
        var options = new EncodingOptions { Truncation = new Truncation(most) { Strategy = strategy } };
        var types = s_words.Encode("the cat sat", "on the mat and the cat sat", options);
        Assert.Equal((first, second), (Count(types, 0), Count(types, 1)));
        static int Count(EncodedText text, int type) => text.TypeIds.Zip(text.SpecialTokensMask).Count(token => token == (type, 0));
    }

    [Fact]
    public void TheSideThatIsCutOrFilledUpCanBeChosen()
    {
        var left = new EncodingOptions { Truncation = new Truncation(4) { Side = TextSide.Left } };
        Assert.Equal(["[CLS]", "the", "mat", "[SEP]"], s_words.Encode("the cat sat on the mat", options: left).Tokens);
        var padding = new Padding { Id = s_words.Special.Pad!.Value, Side = TextSide.Left, MultipleOf = 4 };
        var batch = s_words.EncodeBatch([("the cat sat", null), ("a hat", null)], new EncodingOptions { Padding = padding });
        Assert.Equal(["[PAD]", "[PAD]", "[PAD]", "[CLS]", "the", "cat", "sat", "[SEP]"], batch[0].Tokens);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1], batch[1].AttentionMask);
        Assert.Equal([1, 1, 1, 1, 1, 0, 0, 1], batch[1].SpecialTokensMask);
        Assert.Equal("The second text has 1 tokens, too few to cut 2 of them to keep at most 5.", Assert.Throws<UserException>(() => s_words.Encode(
            "the cat sat", "a", new EncodingOptions { Truncation = new Truncation(5) { Strategy = TruncationStrategy.OnlySecond } })).Message);
    }

    [Fact]
    public void ATokenInTheTextIsFoundAnywhere()
    {
        Assert.Equal(["the", "<|endoftext|>", "cat"], s_bytes.Encode("the<|endoftext|>cat").Tokens);
        Assert.Equal("thecat", s_bytes.Decode(s_bytes.EncodeIds("the<|endoftext|>cat")));
        Assert.Equal("the<|endoftext|>cat", s_bytes.Decode(s_bytes.EncodeIds("the<|endoftext|>cat"), skipSpecial: false));
    }

    [Fact]
    public void BytesComeBackAsTheyWere() => Property.Holds(TextGenerators.Any, text =>
    {
        var ids = s_bytes.EncodeIds(text);
        Assert.Equal(text, s_bytes.Decode(ids));
        var encoded = s_bytes.Encode(text);
        Assert.Equal(ids, encoded.Ids);
        // The tokens cover the text from left to right.
        Assert.Equal(text.Length, encoded.Utf16Offsets.Select(range => range.End).Append(0).Max());
        Assert.Equal(encoded.Utf16Offsets.OrderBy(range => range.Start), encoded.Utf16Offsets);
        Assert.All(encoded.Offsets.Zip(encoded.Utf16Offsets), pair =>
            Assert.Equal(text[..pair.Second.Start].EnumerateRunes().Count(), pair.First.Start));
    }, runs: 300);

    [Fact]
    public void WhatAStreamGivesIsTheWholeText() => Property.Holds(
        from text in TextGenerators.Any from words in Gen.Elements(false, true) select (text, words), drawn =>
    {
        var tokenizer = drawn.words ? s_words : s_bytes;
        var ids = tokenizer.EncodeIds(drawn.text);
        var stream = tokenizer.Stream();
        Assert.Equal(tokenizer.Decode(ids), string.Concat(ids.Select(stream.Add)) + stream.Finish());
    }, runs: 200);
}
