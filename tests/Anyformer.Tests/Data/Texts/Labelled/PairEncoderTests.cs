using Anyformer.Data.Texts.Labelled;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Data.Texts.Tokenization.Training;

namespace Anyformer.Tests.Data.Texts.Labelled;

public sealed class PairEncoderTests
{
    private static readonly Tokenizer s_words = Tokenizer.OfWords(["a b c d e f"]);

    private static readonly Tokenizer s_pieces = TokenizerTrainer.TrainWordPieces(["a b c d e f"], new TokenizerTrainingOptions { Vocabulary = 40 });

    [Fact]
    public void PairsOfBertHaveClassAndSeparatorsAndTypes()
    {
        var (ids, types) = new PairEncoder(s_pieces, 16).Encode("a b", "c");
        Assert.Equal(["[CLS]", "a", "b", "[SEP]", "c", "[SEP]"], ids.Select(id => s_pieces.TokenOf(id)));
        Assert.Equal([0, 0, 0, 0, 1, 1], types);
    }

    [Fact]
    public void TheLongerTextIsCutFirst()
    {
        string[] Tokens(int tokens, string text, string? pair) => [.. new PairEncoder(s_pieces, tokens).Encode(text, pair).Ids.Select(id => s_pieces.TokenOf(id)!)];
        Assert.Equal(["[CLS]", "a", "b", "[SEP]", "f", "[SEP]"], Tokens(6, "a b c d e", "f"));
        Assert.Equal(["[CLS]", "a", "b", "c", "[SEP]"], Tokens(5, "a b c d e f", null));
    }

    [Fact]
    public void OtherTokenizersPartTextsByTheirEnd()
    {
        var (ids, types) = new PairEncoder(s_words, 5).Encode("a b c", "d e");
        Assert.Equal(["a", "b", "</s>", "d", "e"], ids.Select(id => s_words.TokenOf(id)));
        Assert.Equal([0, 0, 0, 1, 1], types);
        Assert.Equal(["a", "b", "c"], new PairEncoder(s_words, 5).Encode("a b c").Ids.Select(id => s_words.TokenOf(id)));
    }

    [Fact]
    public void ATextWithoutTokensIsUnknown()
    {
        Assert.Equal([s_words.Special.Unknown!.Value], new PairEncoder(s_words, 5).Encode("").Ids);
        Assert.Equal("A text is empty, and the tokenizer has no token that could stand for it; expected at least one character.",
            Assert.Throws<UserException>(() => new PairEncoder(Tokenizer.OfBytes(), 5).Encode("")).Message);
        Assert.Equal("A pair of texts needs a tokenizer with a token that parts them; choose wordpiece, words or bpe, or one that has it.",
            Assert.Throws<UserException>(() => new PairEncoder(Tokenizer.OfBytes(), 5).Encode("a", "b")).Message);
    }
}
