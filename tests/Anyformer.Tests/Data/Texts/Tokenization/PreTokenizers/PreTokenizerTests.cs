using System.Text;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Data.Texts.Tokenization.Patterns;
using Anyformer.Data.Texts.Tokenization.PreTokenizers;

namespace Anyformer.Tests.Data.Texts.Tokenization.PreTokenizers;

public sealed class PreTokenizerTests
{
    [Theory]
    [InlineData("Removed", "the|final|countdown")]
    [InlineData("Isolated", "the|-|final|-|-|countdown")]
    [InlineData("MergedWithPrevious", "the-|final-|-|countdown")]
    [InlineData("MergedWithNext", "the|-final|-|-countdown")]
    [InlineData("Contiguous", "the|-|final|--|countdown")]
    public void WhatBecomesOfASplit(string behavior, string parts) => Assert.Equal(parts.Split('|'),
        Split(PatternSplit.At(new LiteralPattern("-"), Enum.Parse<SplitBehavior>(behavior), invert: false), "the-final--countdown"));

    [Fact]
    public void WhatIsFoundAndWhatIsNotChangePlaces() =>
        Assert.Equal(["-", "-", "-"], Split(PatternSplit.At(new LiteralPattern("-"), SplitBehavior.Removed, invert: true), "the-final--countdown"));

    [Fact]
    public void DigitsAreAloneOrInRuns()
    {
        Assert.Equal(["a", "1", "2", "b", "³"], Split(PatternSplit.Digits(individual: true), "a12b³"));
        Assert.Equal(["a", "12", "b", "³"], Split(PatternSplit.Digits(individual: false), "a12b³"));
    }

    [Fact]
    public void BertPartsWhitespaceAndPunctuation()
    {
        Assert.Equal(["a", "+", "b", "—", "c", "€", "d"], Split(new BertWords(), "a+b — c € d"));
        Assert.Equal(["x€y", "$", "z"], Split(new BertWords(), " x€y$z "));
    }

    [Fact]
    public void ASequenceSplitsWhatIsLeft() => Assert.Equal(["a", "1", "2", "b"],
        Split(new PreTokenizerSequence([PatternSplit.Whitespace(), PatternSplit.Digits(individual: true)]), "a12 b"));

    [Theory]
    [InlineData("Always", "▁a|▁b")]
    [InlineData("First", "▁a|▁b")]
    [InlineData("Never", "a|▁b")]
    public void MetaspacesGoBeforeWords(string scheme, string parts)
    {
        var metaspace = new Metaspace(new Rune('▁'), Enum.Parse<PrependScheme>(scheme), splits: true);
        Assert.Equal(parts.Split('|'), Split(metaspace, "a b"));
        Assert.Equal(["▁", "▁a", "▁"], Split(metaspace, "  a "));
    }

    [Fact]
    public void OnlyThePieceThatBeginsTheTextIsFirst()
    {
        var text = new NormalizedText("ab");
        var pieces = new List<TextPiece>();
        new Metaspace(new Rune('▁'), PrependScheme.First, splits: true).Split(new TextPiece(text, 1, 1), pieces);
        Assert.Equal("b", pieces.Single().Span.ToString());
    }

    [Fact]
    public void BytesComeFromTheirCharacters()
    {
        var pieces = Pieces(new ByteLevel(addsPrefixSpace: true), "é 🍌");
        Assert.Equal(["ĠÃ©", "ĠðŁįĮ"], pieces.Select(piece => piece.Span.ToString()));
        Assert.Equal([new(0, 1), new(0, 1), new(0, 1)], Enumerable.Range(0, 3).Select(unit => pieces[0].Source.Origin(unit)));
        Assert.Equal(new TextRange(1, 4), pieces[1].Origin);
        Assert.Equal(["ĠÃ©ĠðŁįĮ"], Split(new ByteLevel(addsPrefixSpace: true, splits: false), "é 🍌"));
    }

    private static List<TextPiece> Pieces(PreTokenizer preTokenizer, string text)
    {
        var pieces = new List<TextPiece>();
        preTokenizer.Split(TextPiece.Whole(new NormalizedText(text)), pieces);
        return pieces;
    }

    private static IEnumerable<string> Split(PreTokenizer preTokenizer, string text) => Pieces(preTokenizer, text).Select(piece => piece.Span.ToString());
}
