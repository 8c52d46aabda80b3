using Anyformer.Data.Texts.Tokenization;
using Anyformer.Data.Texts.Tokenization.Training;
using Anyformer.Recipes;
using Anyformer.Tasks.Language;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Language;

public sealed class TextObjectiveTests
{
    private static readonly Tokenizer s_tokenizer =
        TokenizerTrainer.TrainBytePairs(["to be or not to be"], new TokenizerTrainingOptions { Vocabulary = 300, SpecialTokens = ["<mask>"] });

    [Fact]
    public void TheNextTokenStandsOnePlaceFurther()
    {
        using var scope = new TensorScope();
        using var draws = new Generator(1);
        var (input, labels) = new NextToken().Of(Tensor.From<long>([1, 2, 3, 4]).View([1, 4]), draws);
        Assert.Equal([1, 2, 3], input.Tokens.Contiguous().ToArray<long>());
        Assert.Equal([2, 3, 4], labels.Contiguous().ToArray<long>());
    }

    [Fact]
    public void SomeTokensAreHiddenSomeAreOthersAndSomeStay()
    {
        using var scope = new TensorScope();
        using var draws = new Generator(2);
        var windows = Functional.RandInt(50, 90, [200, 101], DType.Int64);
        var (input, labels) = new HiddenTokens(new TokenMaskingSection { Share = 0.2, Hidden = 0.5, Replaced = 0.3 }, s_tokenizer).Of(windows, draws);
        var inputs = input.Tokens;
        var tokens = windows.Narrow(1, 0, 100);
        var chosen = labels.Ne(TextObjective.Ignored);
        Assert.True(labels.Eq(tokens).LogicalOr(chosen.LogicalNot()).All().Item<bool>());
        Assert.True(inputs.Eq(tokens).LogicalOr(chosen).All().Item<bool>());
        double Share(Tensor places) => places.To(DType.Float64).Sum().Item<double>() / chosen.Sum().Item<long>();
        Assert.InRange(chosen.To(DType.Float64).Mean().Item<double>(), 0.19, 0.21);
        Assert.InRange(Share(inputs.Eq(s_tokenizer.Special.Mask!.Value).LogicalAnd(chosen)), 0.47, 0.53);
        // A token that is drawn is the same in one case of the vocabulary.
        Assert.InRange(Share(inputs.Eq(tokens).LogicalAnd(chosen)), 0.17, 0.23);
    }

    [Fact]
    public void DocumentsAreKeptApartAndCountedAnew()
    {
        using var scope = new TensorScope();
        using var draws = new Generator(1);
        const int end = 9;
        var windows = Tensor.From<long>([1, 2, end, 3, end, end, 4, 5, end, 1, 2, 3, 4, 5, 6, end]).View([2, 8]);
        var (input, labels) = new PackedDocuments(new NextToken(), end, givesPositions: true).Of(windows, draws);
        Assert.Equal([0, 0, 1, 1, 2, 3, 3, 1, 1, 1, 1, 1, 1, 1], input.Documents!.Contiguous().ToArray<long>());
        Assert.Equal([0, 1, 0, 1, 0, 0, 1, 0, 1, 2, 3, 4, 5, 6], input.Positions!.Contiguous().ToArray<long>());
        // Every token is told: the end by its own document, the first of a document by the token before it.
        Assert.Equal(windows.Narrow(1, 1, 7).Contiguous().ToArray<long>(), labels.Contiguous().ToArray<long>());
        Assert.Null(new PackedDocuments(new NextToken(), end, givesPositions: false).Of(windows, draws).Input.Positions);
    }

    [Fact]
    public void TheEndOfADocumentIsNotHidden()
    {
        using var scope = new TensorScope();
        using var draws = new Generator(3);
        var tokenizer = TokenizerTrainer.TrainBytePairs(["to be"], new TokenizerTrainingOptions { Vocabulary = 300, SpecialTokens = ["</s>", "<mask>"] });
        var windows = Functional.RandInt(4, [20, 41], DType.Int64);
        var (input, labels) = new HiddenTokens(new TokenMaskingSection { Share = 1, Hidden = 1, Replaced = 0 }, tokenizer).Of(windows, draws);
        var ends = windows.Narrow(1, 0, 40).Eq(tokenizer.Special.End!.Value);
        Assert.True(ends.Any().Item<bool>());
        Assert.True(input.Tokens.Eq(tokenizer.Special.End.Value).Eq(ends).All().Item<bool>());
        Assert.True(labels.Eq(TextObjective.Ignored).Eq(ends).All().Item<bool>());
    }

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(0.25, 0.5)]
    [InlineData(0.0, 0.0)]
    [InlineData(0.5, 1.0)]
    public void WhatFollowsAPrefixIsTold(double least, double most)
    {
        using var scope = new TensorScope();
        using var draws = new Generator(4);
        const int tokens = 40, count = 200;
        var windows = Functional.Arange(tokens + 1).Repeat([count, 1]);
        var (input, labels) = new PrefixedText(new PrefixSection { Least = least, Most = most }).Of(windows, draws);
        var (lengths, told) = (input.Prefix!.Sum([1]).ToArray<long>(), labels.ToArray<long>().Chunk(tokens).ToArray());
        Assert.All(lengths, length => Assert.InRange(length, Math.Floor(least * tokens), Math.Min(tokens - 1, most * tokens)));
        foreach (var (length, row) in lengths.Zip(told))
            Assert.Equal(Enumerable.Range(0, tokens).Select(place => place + 1 >= length ? place + 1L : TextObjective.Ignored), row);
        Assert.All(input.Prefix.To(DType.Int64).ToArray<long>().Chunk(tokens).Zip(lengths), item => Assert.All(item.First[..(int)item.Second], seen => Assert.Equal(1, seen)));
        if (least < most)
            Assert.InRange(lengths.Average() / tokens, (least + most) / 2 - 0.07, (least + most) / 2 + 0.04);
    }

    [Fact]
    public void AVocabularyWithoutAHidingTokenIsRefused() => Assert.Equal(
        "A masked language model needs a tokenizer with a token that hides others; choose bpe or wordpiece, or one that has it.",
        Assert.Throws<UserException>(() => new HiddenTokens(new TokenMaskingSection(), Tokenizer.OfBytes())).Message);
}
