using Anyformer.Data.Texts.Tokenization.Patterns;
using Anyformer.Testing;

namespace Anyformer.Tests.Data.Texts.Tokenization.Patterns;

public sealed class PatternTests
{
    [Theory]
    [InlineData("don't we'll I'M", "don|'t| we|'ll| I|'|M")]
    [InlineData("  a   b ", " | a|  | b| ")]
    [InlineData("x\n\n y\u00A0z\t\t", "x|\n\n| y|\u00A0|z|\t\t")]
    [InlineData("3.14 ①a", "3|.|14| ①|a")]
    [InlineData("a\U00010400 \U0001D7CE!🍌 🍌", "a\U00010400| \U0001D7CE|!🍌| 🍌")]
    [InlineData("a\u0301\uFEFF", "a|\u0301\uFEFF")]
    public void TheWordsOfGpt2(string text, string words) => Assert.Equal(words.Split('|'), Found(new Gpt2Pattern(), text));

    [Fact]
    public void TheWordsOfGpt2AreThoseOfItsExpression()
    {
        var expression = new RegexPattern(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+");
        Property.Holds(TextGenerators.Any, text => Assert.Equal(Found(expression, text), Found(new Gpt2Pattern(), text)), runs: 500);
    }

    [Theory]
    [InlineData(@"[\s\S]", "a🍌\n", "a|🍌|\n")]
    [InlineData(@".", "🍌\nb", "🍌|b")]
    // A possessive repeat gives nothing back; a lazy one takes as little as it can.
    [InlineData(@"a++b?", "aab", "aab")]
    [InlineData(@"a*+ab", "aab", "")]
    [InlineData(@"[^\r\n\p{L}\p{N}]?+\p{L}+", " word 🍌𐐀x", " word|🍌𐐀x")]
    [InlineData(@"(?:ab)?+a", "aba", "aba")]
    [InlineData(@"a+?", "aaa", "a|a|a")]
    // Classes in classes are joined, or taken away.
    [InlineData(@"[^(\s|[.,!?])]+", "(so, it is)", "so|it|is")]
    [InlineData(@"[\p{L}&&[^\p{Lu}]]+", "aBcd", "a|cd")]
    [InlineData(@"[]x]+", "a]x", "]x")]
    [InlineData(@"\w+", "naïve_1 Ⓐ-\u0903", "naïve_1|Ⓐ|\u0903")]
    [InlineData(@"\h+", "xBEEFg", "BEEF")]
    [InlineData(@"\p{Letter}+|\p{^L}+", "ab12", "ab|12")]
    [InlineData(@"^b", "a\nb", "b")]
    [InlineData(@"(?i:'S)", "a's", "'s")]
    [InlineData(@"\x{61}", "a", "a")]
    public void ExpressionsMeanWhatOnigurumaMeans(string pattern, string text, string found) =>
        Assert.Equal(found.Length == 0 ? [] : found.Split('|'), Found(new RegexPattern(pattern), text));

    [Theory]
    [InlineData("(", "The regular expression '(' is not understood (")]
    [InlineData(@"a\", @"The regular expression 'a\' is not understood (it ends with a backslash).")]
    [InlineData("[a", "The regular expression '[a' is not understood (a class has no end).")]
    [InlineData(")", "The regular expression ')' is not understood (a ')' closes nothing).")]
    [InlineData(@"\p{Nonsense}", "The regular expression '\\p{Nonsense}' is not understood (")]
    [InlineData("[a[^b]]", "The regular expression '[a[^b]]' is not understood (a class within a class that is not simply joined).")]
    public void WhatIsNotUnderstoodIsNamed(string pattern, string message) =>
        Assert.StartsWith(message, Assert.Throws<UserException>(() => new RegexPattern(pattern)).Message, StringComparison.Ordinal);

    [Fact]
    public void LiteralsAreFoundSideBySide()
    {
        Assert.Equal([new(0, 2), new(2, 4)], new LiteralPattern("aa").Find("aaaaa"));
        Assert.Empty(new LiteralPattern("").Find("aaa"));
    }

    [Fact]
    public void WordsAreRunsOfOneKind() => Assert.Equal(["naïve", "—", "it", "'", "s", "\u200Da", "!?", "𐐀", "🍌"],
        Found(new WordPattern(), "naïve — it's \u200Da!? 𐐀🍌 "));

    private static string[] Found(TextPattern pattern, string text) => [.. pattern.Find(text).Select(range => text[range.Start..range.End])];
}
