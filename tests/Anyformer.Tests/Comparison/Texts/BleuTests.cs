using Anyformer.Comparison.Texts;

namespace Anyformer.Tests.Comparison.Texts;

public sealed class BleuTests
{
    private static readonly (string[] Texts, string[][] References)[] s_corpora =
    [
        (["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."],
            [["The dog bit the man.", "The dog had bit the man."], ["It was not unexpected.", "No one was surprised."], ["The man bit him first.", "The man had bitten the dog."]]),
        (["Zwei Männer kosten 3,5 Euro (oder 4-5) & \"mehr\".", "this is   a test", "x"],
            [["Zwei Männer kosten 3.5 Euro (oder 4-5) &amp; mehr!"], ["this is a Test of it"], ["y"]]),
        (["aaaa bbbb cccc dddd"], [["aaaa bbbb cccc eeee"]]),
        (["猫が好き です。 €5 «quote» 10%"], [["猫 が好き です。 €5 « quote » 10 %"]]),
        ([""], [["a b c d"]]),
        (["a b c d e f g h"], [["a b c d"]]),
        (["a b c"], [["a b c d e f g h i j"]]),
    ];

    /// <summary>Scores that sacreBLEU 2 gives.</summary>
    [Theory]
    [InlineData(0, BleuTokenization.Mteval13a, BleuSmoothing.Exponential, false, 48.530827009929865, 17, 18)]
    [InlineData(0, BleuTokenization.International, BleuSmoothing.Exponential, false, 43.91623493336995, 19, 18)]
    [InlineData(0, BleuTokenization.Character, BleuSmoothing.Exponential, false, 72.61064153440596, 58, 57)]
    [InlineData(0, BleuTokenization.Character, BleuSmoothing.Exponential, true, 72.26568811456055, 58, 57)]
    [InlineData(0, BleuTokenization.None, BleuSmoothing.Exponential, false, 49.19195660047277, 14, 15)]
    [InlineData(1, BleuTokenization.Mteval13a, BleuSmoothing.Exponential, false, 52.83856681205538, 21, 21)]
    [InlineData(1, BleuTokenization.Mteval13a, BleuSmoothing.Exponential, true, 59.15463685222674, 21, 21)]
    [InlineData(1, BleuTokenization.Mteval13a, BleuSmoothing.AddOne, false, 55.59532804951863, 21, 21)]
    [InlineData(1, BleuTokenization.International, BleuSmoothing.Exponential, false, 40.560534250977646, 19, 21)]
    [InlineData(1, BleuTokenization.Character, BleuSmoothing.Exponential, true, 75.76562942242568, 52, 58)]
    [InlineData(1, BleuTokenization.None, BleuSmoothing.Exponential, true, 35.72992638507992, 14, 16)]
    [InlineData(2, BleuTokenization.Mteval13a, BleuSmoothing.Exponential, false, 59.460355750136046, 4, 4)]
    [InlineData(2, BleuTokenization.Mteval13a, BleuSmoothing.Floor, false, 39.76353643835254, 4, 4)]
    [InlineData(2, BleuTokenization.Mteval13a, BleuSmoothing.AddOne, false, 65.80370064762461, 4, 4)]
    [InlineData(2, BleuTokenization.Mteval13a, BleuSmoothing.None, false, 0, 4, 4)]
    [InlineData(3, BleuTokenization.Mteval13a, BleuSmoothing.Exponential, false, 13.924420625000767, 6, 9)]
    [InlineData(3, BleuTokenization.International, BleuSmoothing.Exponential, false, 58.13189627146944, 9, 11)]
    [InlineData(3, BleuTokenization.Character, BleuSmoothing.Exponential, false, 100, 19, 19)]
    [InlineData(4, BleuTokenization.Mteval13a, BleuSmoothing.Exponential, false, 0, 0, 4)]
    [InlineData(5, BleuTokenization.Mteval13a, BleuSmoothing.Exponential, false, 34.57207846419409, 8, 4)]
    [InlineData(6, BleuTokenization.Mteval13a, BleuSmoothing.Exponential, false, 0, 3, 10)]
    public void ScoresAreThoseOfSacreBleu(int corpus, BleuTokenization tokenization, BleuSmoothing smoothing, bool ignoresCase, double score, int words, int referenceWords)
    {
        var (texts, references) = s_corpora[corpus];
        var bleu = Bleu.Of(texts, references, new BleuOptions { Tokenization = tokenization, Smoothing = smoothing, IgnoresCase = ignoresCase });
        Assert.Equal(score, bleu.Score, 1e-9);
        Assert.Equal((words, referenceWords), (bleu.Words, bleu.ReferenceWords));
    }

    [Fact]
    public void PrecisionsAndBrevityAreGiven()
    {
        var (texts, references) = s_corpora[0];
        var bleu = Bleu.Of(texts, references);
        double[] precisions = [82.3529411764706, 50, 45.45454545454545, 37.5];
        Assert.All(bleu.Precisions.Zip(precisions), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
        Assert.Equal(0.9428731438548749, bleu.BrevityPenalty, 1e-12);
    }

    [Fact]
    public void ASentenceMayBeShorterThanFourWords() =>
        Assert.Equal(100, Bleu.Of(["a b c"], [["a b c"]], new BleuOptions { EffectiveOrder = true }).Score, 1e-9);

    [Fact]
    public void TextsWithoutReferencesAreRefused()
    {
        Assert.Equal("BLEU needs references for every text, found 2 texts and references for 1.", Assert.Throws<UserException>(() => Bleu.Of(["a", "b"], [["a"]])).Message);
        Assert.Equal("BLEU needs at least one reference for every text, found none for one.", Assert.Throws<UserException>(() => Bleu.Of(["a"], [[]])).Message);
    }
}
