using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoding;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language.Decoding;

[Collection(DefaultGenerator.Name)]
public sealed class TextGeneratorTests
{
    private const int Vocabulary = 11;

    [Fact]
    public void PromptsOfUnequalLengthGiveWhatEachGivesAlone()
    {
        using var scope = new TensorScope();
        var model = Model(32);
        var generator = new TextGenerator(new GenerationOptions { MaxTokens = 9, Temperature = 0, EndTokens = [4] });
        IReadOnlyList<int>[] prompts = [[1, 2, 3], [5], [7, 8, 9, 10, 1, 2], [3, 3]];
        var together = generator.Generate(model, 32, prompts);
        for (var text = 0; text < prompts.Length; text++)
            Assert.Equal(generator.Generate(model, 32, [prompts[text]])[0], together[text]);
        Assert.All(together, text => Assert.InRange(text.Count, 1, 9));
    }

    [Fact]
    public void GreedyTokensAreTheMostProbableOfTheWholeText()
    {
        using var scope = new TensorScope();
        var model = Model(32);
        model.Eval();
        var written = new TextGenerator(new GenerationOptions { MaxTokens = 12, Temperature = 0 }).Generate(model, 32, [[1, 2, 3]])[0];
        Assert.Equal(12, written.Count);
        using var unrecorded = Autograd.NoGrad();
        List<int> text = [1, 2, 3];
        foreach (var token in written)
        {
            var scores = model.Call(Tensor.From<long>([.. text.Select(id => (long)id)]).Unsqueeze(0));
            Assert.Equal(scores[0, -1].ArgMax().Item<long>(), token);
            text.Add(token);
        }
    }

    [Fact]
    public void ATextLongerThanTheModelGoesOnFromItsLastTokens()
    {
        using var scope = new TensorScope();
        var written = new TextGenerator(new GenerationOptions { MaxTokens = 50 }).Generate(Model(8), 8, [[1, 2, 3], [.. Enumerable.Repeat(5, 20)]]);
        Assert.All(written, text => Assert.Equal(50, text.Count));
    }

    [Fact]
    public void TheSameSeedDrawsTheSame()
    {
        using var scope = new TensorScope();
        var model = Model(32);
        int[] Of(long seed) => [.. new TextGenerator(new GenerationOptions { MaxTokens = 20, Temperature = 10, Seed = seed }).Generate(model, 32, [[1]])[0]];
        Assert.Equal(Of(1), Of(1));
        Assert.NotEqual(Of(1), Of(2));
    }

    [Fact]
    public void WhoIsToldCanEndAText()
    {
        using var scope = new TensorScope();
        var told = new List<(int, int)>();
        var written = new TextGenerator(new GenerationOptions { MaxTokens = 20 }).Generate(Model(32), 32, [[1], [2, 3]], (text, token) =>
        {
            told.Add((text, token));
            return text != 0 || told.Count(item => item.Item1 == 0) < 3;
        });
        Assert.Equal(20, written[1].Count);
        Assert.Equal(told.Where(item => item.Item1 == 0).Select(item => item.Item2), written[0]);
        Assert.Equal(3, written[0].Count);
    }

    [Fact]
    public void AnEmptyPromptIsRefused() =>
        Assert.Equal("A prompt is empty; expected at least one token to go on from.",
            Assert.Throws<UserException>(() => new TextGenerator(new GenerationOptions()).Generate(Model(8), 8, [[]])).Message);

    [Fact]
    public void HighestScoresAndTheNucleusAreKept()
    {
        using var scope = new TensorScope();
        var scores = Tensor.From<double>([0.1, 0.4, 0.2, 0.3]).Log().Unsqueeze(0);
        Assert.Equal("0101", Kept(ScoreRules.KeepHighest(scores, 2)));
        Assert.Equal("1111", Kept(ScoreRules.KeepHighest(scores, 9)));
        Assert.Equal("0100", Kept(ScoreRules.KeepNucleus(scores, 0.39)));
        Assert.Equal("0101", Kept(ScoreRules.KeepNucleus(scores, 0.41)));
        Assert.Equal("0111", Kept(ScoreRules.KeepNucleus(scores, 0.75)));
        Assert.Equal("1111", Kept(ScoreRules.KeepNucleus(scores, 1)));
    }

    [Fact]
    public void TokensThatATextHasAreLessProbable()
    {
        using var scope = new TensorScope();
        var scores = Tensor.From<double>([1, -1, 2, -2]).View([1, 4]);
        Assert.Equal([0.5, -2, 2, -2], ScoreRules.Penalize(scores, [[0, 1, 1]], 2).ToArray<double>());
        Assert.Equal([1, -1, 2, -2], scores.ToArray<double>());
    }

    private static string Kept(Tensor scores) => string.Concat(scores.ToArray<double>().Select(score => double.IsFinite(score) ? '1' : '0'));

    private static TransformerDecoder Model(int tokens)
    {
        TorchRuntime.ManualSeed(5);
        return new TransformerDecoder(new LanguageShape(Vocabulary, tokens), TransformerOptions.Presets["small"]);
    }
}
