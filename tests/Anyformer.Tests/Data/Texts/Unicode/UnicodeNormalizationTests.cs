using System.Text;
using Anyformer.Data.Texts.Unicode;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Data.Texts.Unicode;

public sealed class UnicodeNormalizationTests
{
    [Theory]
    // Canonical, compatible, Hangul, singletons, an exclusion, marks out of order, marks that block one another.
    [InlineData("é", "é", "e\u0301", "é", "e\u0301")]
    [InlineData("ﬁ①", "ﬁ①", "ﬁ①", "fi1", "fi1")]
    [InlineData("각가", "각가", "\u1100\u1161\u11A8\u1100\u1161", "각가", "\u1100\u1161\u11A8\u1100\u1161")]
    [InlineData("\u212B\u2126", "\u00C5\u03A9", "A\u030A\u03A9", "\u00C5\u03A9", "A\u030A\u03A9")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("a\u0301\u0323", "\u1EA1\u0301", "a\u0323\u0301", "\u1EA1\u0301", "a\u0323\u0301")]
    [InlineData("a\u0305\u0301", "a\u0305\u0301", "a\u0305\u0301", "a\u0305\u0301", "a\u0305\u0301")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")]
    [InlineData("\U0001D400\U0002F800", "\U0001D400\u4E3D", "\U0001D400\u4E3D", "A\u4E3D", "A\u4E3D")]
    [InlineData("\u00A8", "\u00A8", "\u00A8", " \u0308", " \u0308")]
    public void TheFourForms(string text, string c, string d, string kc, string kd) => Assert.Equal([c, d, kc, kd],
        new[] { NormalizationForm.FormC, NormalizationForm.FormD, NormalizationForm.FormKC, NormalizationForm.FormKD }.Select(form => Normalize(text, form)));

    [Fact]
    public void ComposingUndoesDecomposing() => Property.Holds(TextGenerators.Any, text =>
    {
        foreach (var (composed, decomposed) in new[] { (NormalizationForm.FormC, NormalizationForm.FormD), (NormalizationForm.FormKC, NormalizationForm.FormKD) })
        {
            var whole = Normalize(text, composed);
            Assert.Equal(whole, Normalize(whole, composed));
            Assert.Equal(whole, Normalize(Normalize(text, decomposed), composed));
            Assert.Equal(Normalize(text, decomposed), Normalize(whole, decomposed));
        }
    }, runs: 300);

    [Fact]
    public void EveryCharacterOfTheTextIsAccountedFor() => Property.Holds(TextGenerators.Any, text =>
    {
        foreach (var form in Enum.GetValues<NormalizationForm>())
        {
            // One that takes a place counts for one, one that is new for none, one that joins others for all of them.
            var places = UnicodeNormalization.Normalize(text, form).Sum(character => 1 - character.Change);
            Assert.Equal(text.EnumerateRunes().Count(), places);
        }
    }, runs: 300);

    private static string Normalize(string text, NormalizationForm form) =>
        string.Concat(UnicodeNormalization.Normalize(text, form).Select(character => character.Character.ToString()));
}
