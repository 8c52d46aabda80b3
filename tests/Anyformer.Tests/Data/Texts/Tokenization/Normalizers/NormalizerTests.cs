using System.Text;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Data.Texts.Tokenization.Normalizers;
using Anyformer.Data.Texts.Tokenization.Patterns;
using Anyformer.Testing;

namespace Anyformer.Tests.Data.Texts.Tokenization.Normalizers;

public sealed class NormalizerTests
{
    [Fact]
    public void ADecomposedCharacterComesFromTheWholeOne() =>
        Check(new UnicodeForm(NormalizationForm.FormD), "aé🍌", "ae\u0301🍌", "0-1 1-2 1-2 2-4 2-4");

    [Fact]
    public void AComposedCharacterComesFromTheFirst() =>
        Check(new UnicodeForm(NormalizationForm.FormC), "e\u0301x", "éx", "0-1 2-3");

    [Fact]
    public void LowerCaseIsTwoCharactersOnce() => Check(CharacterNormalizer.Lowercase, "İÄΣ", "i\u0307äσ", "0-1 0-1 1-2 2-3");

    [Fact]
    public void AccentsGo() => Check(new NormalizerSequence([new UnicodeForm(NormalizationForm.FormD), CharacterNormalizer.StripAccents]), "é\u20DDn", "en", "0-1 2-3");

    [Fact]
    public void WhitespaceAtTheEndsGoes()
    {
        Check(new StripNormalizer(left: true, right: true), "\u3000 a b\n", "a b", "2-3 3-4 4-5");
        Check(new StripNormalizer(left: true, right: false), " a ", "a ", "1-2 2-3");
        Check(new StripNormalizer(left: true, right: true), " \t ", "", "");
    }

    [Fact]
    public void AReplacementComesFromTheEndOfWhatItReplaces()
    {
        Check(new ReplaceNormalizer(new LiteralPattern("ab"), "xyz"), "cab!", "cxyz!", "0-1 2-3 2-3 2-3 3-4");
        Check(new ReplaceNormalizer(new RegexPattern(@"\s+"), " "), "a \t b", "a b", "0-1 3-4 4-5");
        Check(new ReplaceNormalizer(new LiteralPattern("a"), ""), "aba", "b", "1-2");
    }

    [Fact]
    public void WhatIsPutBeforeATextSharesItsFirstPlace()
    {
        Check(new PrependNormalizer("<▁"), "ab", "<▁ab", "0-1 0-1 0-1 1-2");
        Check(new PrependNormalizer("▁"), "", "", "");
    }

    [Fact]
    public void BertCleansAndParts()
    {
        Check(new BertNormalizer(true, true, null, lowers: true), "\0É\tx中\u00AD", "e x 中 ", "1-2 2-3 3-4 4-5 4-5 4-5");
        Check(new BertNormalizer(false, false, false, lowers: true), "É中", "é中", "0-1 1-2");
        Check(new BertNormalizer(false, false, true, lowers: false), "É", "E", "0-1");
    }

    [Fact]
    public void BytesAreWrittenVisibly() => Check(CharacterNormalizer.Bytes, " é", "ĠÃ©", "0-1 1-2 1-2");

    [Fact]
    public void PlacesAreThoseOfTheOriginalThroughEveryStep() => Property.Holds(TextGenerators.Any, text =>
    {
        var normalized = new NormalizerSequence([new BertNormalizer(true, true, true, true), new UnicodeForm(NormalizationForm.FormKC),
            new ReplaceNormalizer(new LiteralPattern("a"), "bc"), new PrependNormalizer("▁")]).Normalize(new NormalizedText(text));
        var last = 0;
        for (var unit = 0; unit < normalized.Text.Length; unit++)
        {
            var origin = normalized.Origin(unit);
            Assert.InRange(origin.Start, 0, origin.End);
            Assert.InRange(origin.End, last, text.Length);
            last = origin.Start;
        }
    }, runs: 300);

    [Theory]
    [InlineData(new byte[] { 1, 2 })]
    [InlineData(new byte[] { 255, 255, 255, 255 })]
    [InlineData(new byte[] { 8, 0, 0, 0, 1, 2, 3, 4 })]
    public void ACharacterMapThatIsShorterThanItSaysIsRefused(byte[] data) => Assert.Equal(
        $"The precompiled character map of the tokenizer has {data.Length} bytes, fewer than it says, or is none.",
        Assert.Throws<UserException>(() => new CharacterMap(data)).Message);

    private static void Check(Normalizer normalizer, string text, string expected, string origins)
    {
        var normalized = normalizer.Normalize(new NormalizedText(text));
        Assert.Equal(expected, normalized.Text);
        Assert.Equal(origins, string.Join(' ', Enumerable.Range(0, expected.Length).Select(unit => $"{normalized.Origin(unit).Start}-{normalized.Origin(unit).End}")));
    }
}
