using Anyformer.Data.Texts.Tokenization.Models;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Data.Texts.Tokenization.Models;

public sealed class ModelTests
{
    private static readonly Vocabulary s_letters = new(["a", "b", "c", "ab", "bc", "abc", "aa", "<unk>", "🍌"]);

    [Fact]
    public void TheLowestRankMergesFirst()
    {
        Assert.Equal(["abc"], Tokens(Pairs([("a", "b"), ("ab", "c")]), "abc"));
        Assert.Equal(["a", "bc"], Tokens(Pairs([("b", "c"), ("a", "b"), ("ab", "c")]), "abc"));
        Assert.Equal(["aa", "a"], Tokens(Pairs([("a", "a")]), "aaa"));
        Assert.Equal(["ab", "ab", "c"], Tokens(Pairs([("a", "b")]), "ababc"));
    }

    [Fact]
    public void UnknownCharactersGoOrAreTokens()
    {
        Assert.Equal(["a", "b"], Tokens(Pairs([]), "axyb"));
        Assert.Equal(["a", "<unk>", "<unk>", "b"], Tokens(Pairs([], new BytePairOptions { Unknown = "<unk>" }), "axyb"));
        var fused = Pairs([], new BytePairOptions { Unknown = "<unk>", FusesUnknown = true });
        Assert.Equal(["a", "<unk>", "b"], Tokens(fused, "axyb"));
        Assert.Equal([new(0, 0, 1), new(7, 1, 2), new(1, 3, 1)], Run(fused, "axyb"));
    }

    [Fact]
    public void AnUnknownCharacterIsItsBytesWhereThereAreSuchTokens()
    {
        var vocabulary = new Vocabulary(Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>").Append("a"));
        var model = new BytePairEncoding(vocabulary, [], new BytePairOptions { ByteFallback = true });
        Assert.Equal([new(256, 0, 1), new(0xC3, 1, 1), new(0xA9, 1, 1)], Run(model, "aé"));
    }

    [Fact]
    public void AWordThatIsATokenNeedNoMerges()
    {
        Assert.Equal(["abc"], Tokens(Pairs([], new BytePairOptions { IgnoresMerges = true }), "abc"));
        Assert.Equal(["a", "b", "c", "a"], Tokens(Pairs([], new BytePairOptions { IgnoresMerges = true }), "abca"));
    }

    [Fact]
    public void PrefixAndSuffixMarkPlacesInAWord()
    {
        var vocabulary = new Vocabulary(["a", "##a", "##a</w>", "a</w>", "##aa</w>", "aa"]);
        var model = new BytePairEncoding(vocabulary, [("##a", "##a</w>")], new BytePairOptions { ContinuingPrefix = "##", EndSuffix = "</w>" });
        Assert.Equal(["a</w>"], Tokens(model, "a"));
        Assert.Equal(["a", "##aa</w>"], Tokens(model, "aaa"));
    }

    [Fact]
    public void AMergeOfWhatIsNoTokenIsNamed() => Assert.Equal(
        "The vocabulary has no token 'ac', which a merge or the unknown token names.", Assert.Throws<UserException>(() => Pairs([("a", "c")])).Message);

    [Fact]
    public void LongWordsAreMergedAsShortOnes() => Property.Holds(
        from length in Gen.Choose(1, 200)
        from word in Gen.Choose(0, 2).ArrayOf(length)
        from pairs in Gen.Choose(0, 5).Two().ArrayOf(8)
        select (word, pairs), drawn =>
    {
        var merges = new MergeTable([.. drawn.pairs.Select((pair, rank) => (pair.Item1, pair.Item2, 3 + rank % 3))]);
        List<WordToken> Word() => [.. drawn.word.Select((id, place) => new WordToken(id, place, 1))];
        var (merged, byHeap) = (Word(), Word());
        PairMerger.Merge(merged, merges);
        PairMerger.MergeByHeap(byHeap, (left, right) => merges.TryGet(left.Id, right.Id, out var merge) ? merge : null);
        Assert.Equal(Naive(Word(), merges), byHeap);
        Assert.Equal(byHeap, merged);
    }, runs: 300);

    [Fact]
    public void PartsAtSpacesChangeNothing() => Property.Holds(Gen.Elements('a', 'b', '\u2581').ListOf().Select(string.Concat), text =>
    {
        string[] tokens = ["a", "b", "\u2581", "\u2581a", "\u2581ab", "ab", "\u2581\u2581"];
        (string, string)[] merges = [("\u2581", "\u2581"), ("a", "b"), ("\u2581", "a"), ("\u2581", "ab")];
        var parted = new BytePairEncoding(new Vocabulary(tokens), merges, new BytePairOptions());
        // A token that crosses such a place forbids it, and is never made.
        var whole = new BytePairEncoding(new Vocabulary([.. tokens, "b\u2581"]), merges, new BytePairOptions());
        Assert.Equal(Run(whole, text), Run(parted, text));
    }, runs: 200);

    [Fact]
    public void WordPieceTakesTheLongestTokenOrNothing()
    {
        var model = new WordPiece(new Vocabulary(["[UNK]", "un", "unaf", "##able", "##fable", "##f", "🍌"]), "[UNK]", "##", 8);
        Assert.Equal(["unaf", "##fable"], Tokens(new WordPiece(model.Vocabulary, "[UNK]", "##", 100), "unaffable"));
        Assert.Equal(["[UNK]"], Tokens(model, "unaffable"));
        Assert.Equal([new(0, 0, 4)], Run(model, "unax"));
        Assert.Equal([new(6, 0, 2)], Run(model, "🍌"));
    }

    [Fact]
    public void TheMostProbableWayIsFound() => Property.Holds(
        from text in Gen.Elements('a', 'b', 'c').ListOf(7) from scores in Gen.Choose(-99, -1).ArrayOf(7) select (text, scores), drawn =>
    {
        string[] tokens = ["<unk>", "a", "b", "ab", "bc", "abc", "ca"];
        var model = new UnigramModel([.. tokens.Zip(drawn.scores, (token, score) => (token, score / 7.0))], 0, byteFallback: false);
        var text = string.Concat(drawn.text);
        var unknown = drawn.scores.Min() / 7.0 - 10;
        double Score(IEnumerable<WordToken> path) => path.Sum(token => token.Id == 0 ? unknown * token.Length : drawn.scores[token.Id] / 7.0);
        Assert.Equal(Ways(text, tokens).Max(way => way.Sum(piece => Array.IndexOf(tokens, piece) is var id and > 0 ? drawn.scores[id] / 7.0 : unknown)),
            Score(Run(model, text)), 1e-9);
    });

    [Fact]
    public void UnknownCharactersOfUnigramsAreOneToken()
    {
        var model = new UnigramModel([("<unk>", 0), ("a", -1)], 0, byteFallback: false);
        Assert.Equal([new(1, 0, 1), new(0, 1, 3), new(1, 4, 1)], Run(model, "ax🍌a"));
        Assert.Equal("x🍌", model.TextOf(0, "x🍌"));
        Assert.Equal("The text has the character U+1F34C, which none of the 1 tokens has, and there is no token for what is unknown.",
            Assert.Throws<UserException>(() => Run(new UnigramModel([("a", -1)], null, false), "a🍌")).Message);
    }

    [Fact]
    public void AnIdFarBeyondTheTokensIsRefused() => Assert.Equal("The token 'a' has the id 1000000, expected 0 to about the number of tokens, 1.",
        Assert.Throws<UserException>(() => new Vocabulary([("a", 1_000_000)])).Message);

    private static BytePairEncoding Pairs((string, string)[] merges, BytePairOptions? options = null) => new(s_letters, merges, options ?? new BytePairOptions());

    private static string[] Tokens(TokenModel model, string word) => [.. Run(model, word).Select(token => model.Vocabulary.TokenOf(token.Id)!)];

    private static List<WordToken> Run(TokenModel model, string word)
    {
        var tokens = new List<WordToken>();
        model.Tokenize(word, tokens);
        return tokens;
    }

    private static List<WordToken> Naive(List<WordToken> word, MergeTable merges)
    {
        while (true)
        {
            var best = Enumerable.Range(0, Math.Max(0, word.Count - 1)).Where(i => merges.TryGet(word[i].Id, word[i + 1].Id, out _))
                .OrderBy(i => { merges.TryGet(word[i].Id, word[i + 1].Id, out var merge); return merge.Rank; }).Cast<int?>().FirstOrDefault();
            if (best is not { } at)
                return word;
            merges.TryGet(word[at].Id, word[at + 1].Id, out var found);
            word[at] = new WordToken(found.Merged, word[at].Start, word[at].Length + word[at + 1].Length);
            word.RemoveAt(at + 1);
        }
    }

    private static IEnumerable<string[]> Ways(string text, string[] tokens) => text.Length == 0 ? [[]]
        : Enumerable.Range(1, text.Length).Where(length => tokens.Contains(text[..length]) || length == 1 && !tokens.Contains(text[..1]))
            .SelectMany(length => Ways(text[length..], tokens).Select(rest => new[] { text[..length] }.Concat(rest).ToArray()));
}
