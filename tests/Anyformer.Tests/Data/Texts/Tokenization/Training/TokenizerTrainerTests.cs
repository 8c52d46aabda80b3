using Anyformer.Data.Texts.Tokenization.Training;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Data.Texts.Tokenization.Training;

public sealed class TokenizerTrainerTests
{
    [Fact]
    public void TheMostFrequentPairIsTheFirstMerge()
    {
        // Words: "low" 5 times with a space before it but once, " lower" twice, " newest" 6 times, " widest" 3 times.
        var text = "low" + string.Concat(Enumerable.Repeat(" low", 4).Concat(Enumerable.Repeat(" lower", 2)).Concat(Enumerable.Repeat(" newest", 6)).Concat(Enumerable.Repeat(" widest", 3)));
        var tokenizer = TokenizerTrainer.TrainBytePairs([text], new TokenizerTrainingOptions { Vocabulary = 256 + 4 });
        // "es" and "st" occur 9 times, and "e" comes before "s"; then "es" + "t"; "lo" 7 times before "ow", which is the same.
        Assert.Equal(["es", "est", "lo", "low"], Enumerable.Range(256, 4).Select(tokenizer.TokenOf));
        Assert.Equal(260, tokenizer.Count);
        Assert.Equal(["low", "est"], tokenizer.Encode("lowest").Tokens);
    }

    [Fact]
    public void TheOrderOfTheTextsDoesNotMatter() => Property.Holds(TextGenerators.Any.ArrayOf(5), texts =>
    {
        var options = new TokenizerTrainingOptions { Vocabulary = 300 };
        var (one, other) = (TokenizerTrainer.TrainBytePairs(texts, options), TokenizerTrainer.TrainBytePairs(texts.Reverse(), options));
        Assert.Equal(Enumerable.Range(0, one.Count).Select(one.TokenOf), Enumerable.Range(0, other.Count).Select(other.TokenOf));
    }, runs: 30);

    [Fact]
    public void CountsKeptUpToDateAreThoseOfCountingAnew() => Property.Holds(Gen.Choose(0, 2).ListOf().ListOf(), drawn =>
    {
        var words = drawn.Where(word => word.Count > 0).Select((word, place) => (Symbols: word.ToList(), Count: (long)place % 3 + 1)).ToArray();
        var trainer = new PairTrainer(["a", "b", "c"], words.Select(word => (word.Symbols.ToList(), word.Count)), string.Concat);
        trainer.Train(20, 2);
        Assert.Equal(CountAnew(words, 20, 2), trainer.Merges);
    }, runs: 300);

    [Fact]
    public void WordPiecesContinueWords()
    {
        var tokenizer = TokenizerTrainer.TrainWordPieces(["Straße straße STRASSE"], new TokenizerTrainingOptions { Vocabulary = 30, SpecialTokens = ["[NEW]"] });
        Assert.Equal(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[NEW]"], Enumerable.Range(0, 6).Select(tokenizer.TokenOf));
        Assert.Equal("strasse straße", tokenizer.Decode(tokenizer.EncodeIds("strasse Straße")));
        Assert.Contains("##", tokenizer.Encode("stras").Tokens[2], StringComparison.Ordinal);
        Assert.Equal(["[UNK]"], tokenizer.Encode("x").Tokens[1..^1]);
    }

    [Fact]
    public void CharactersForWhichThereIsNoRoomAreUnknown()
    {
        var tokenizer = TokenizerTrainer.TrainWordPieces(["a a a b b c"], new TokenizerTrainingOptions { Vocabulary = 7 });
        Assert.Equal(["a", "b", "[UNK]"], tokenizer.Encode("a b c").Tokens[1..^1]);
    }

    [Fact]
    public void WhatHasNoRoomIsNamed()
    {
        Assert.Equal("A vocabulary of 256 tokens has no room for 256 bytes and the special tokens, expected 257 or more.", Assert.Throws<UserException>(
            () => TokenizerTrainer.TrainBytePairs([], new TokenizerTrainingOptions { Vocabulary = 256, SpecialTokens = ["<s>"] })).Message);
        Assert.Equal("A special token of the vocabulary is empty, expected a text.", Assert.Throws<UserException>(
            () => TokenizerTrainer.TrainBytePairs([], new TokenizerTrainingOptions { SpecialTokens = [""] })).Message);
    }

    /// <summary>The definition: count all pairs, merge the first of the most frequent, begin again.</summary>
    private static List<(string Left, string Right)> CountAnew((List<int> Symbols, long Count)[] words, int vocabulary, int minFrequency)
    {
        List<string> tokens = ["a", "b", "c"];
        var merges = new List<(string Left, string Right)>();
        while (tokens.Count < vocabulary)
        {
            var best = words.SelectMany(word => word.Symbols.Zip(word.Symbols.Skip(1)).Select(pair => (pair, word.Count)))
                .GroupBy(item => item.pair, item => item.Count).Select(group => (Pair: group.Key, Count: group.Sum()))
                .OrderByDescending(item => item.Count).ThenBy(item => item.Pair).FirstOrDefault();
            if (best.Count < minFrequency)
                break;
            var (left, right) = best.Pair;
            merges.Add((tokens[left], tokens[right]));
            var merged = tokens.IndexOf(tokens[left] + tokens[right]);
            if (merged < 0)
            {
                merged = tokens.Count;
                tokens.Add(tokens[left] + tokens[right]);
            }

            foreach (var (symbols, _) in words)
                for (var i = 0; i + 1 < symbols.Count; i++)
                    if (symbols[i] == left && symbols[i + 1] == right)
                    {
                        symbols[i] = merged;
                        symbols.RemoveAt(i + 1);
                    }
        }

        return merges;
    }
}
