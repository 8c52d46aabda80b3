using Anyformer.Models.Language.Decoding;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Models.Language.Decoding;

public sealed class BeamSearchTests
{
    private const int End = 0;

    [Fact]
    public void ItFindsWhatTheGreedyChoiceMisses()
    {
        using var scope = new TensorScope();
        // From 1 the most probable next token is 2, behind which all is unlikely; by 3 the whole is more probable.
        var model = Model([1, 1, 1, 1], [0.01, 0.01, 0.53, 0.45], [0.25, 0.25, 0.25, 0.25], [0.97, 0.01, 0.01, 0.01]);
        var greedy = new TextGenerator(new GenerationOptions { Temperature = 0, MaxTokens = 2, EndTokens = [End] }).Generate(model, 100, [[1]])[0];
        Assert.Equal(2, greedy[0]);
        var best = new BeamSearch(3, 2, End, new LengthPenaltyScoring(0)).Write(model, Prompt(1))[0];
        Assert.Equal([3, End], best[0].Tokens);
        Assert.Equal(Math.Log(0.45 * 0.97), best[0].Score, 1e-9);
    }

    [Fact]
    public void WithAsManyBeamsAsTextsItFindsTheBestOfAll() =>
        Property.Holds(Gen.Choose(0, 10_000), seed =>
        {
            using var scope = new TensorScope();
            var random = new Random(seed);
            double[][] weights = [.. Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 4).Select(_ => random.NextDouble() + 0.01).ToArray())];
            var found = new BeamSearch(64, 3, End, new LengthPenaltyScoring(0.6)).Write(Model(weights), Prompt(1))[0][0];
            var best = Every(LogProbabilities(weights), [1], 0, 3).MaxBy(text => text.Score);
            Assert.Equal(best.Tokens[1..], found.Tokens);
            Assert.Equal(best.Score, found.Score, 1e-9);
        });

    [Fact]
    public void TextsSideBySideAreSearchedAsIfAlone()
    {
        using var scope = new TensorScope();
        var random = new Random(3);
        var model = Model([.. Enumerable.Range(0, 6).Select(_ => Enumerable.Range(0, 6).Select(_ => random.NextDouble()).ToArray())]);
        foreach (BeamScoring scoring in new BeamScoring[] { new LengthPenaltyScoring(), new MeanScoring(0.7) })
        {
            var search = new BeamSearch(3, 7, End, scoring);
            var together = search.Write(model, Tensor.From<long>([1, 2, 3, 4]).View([4, 1]));
            for (var text = 0; text < 4; text++)
            {
                var alone = search.Write(model, Prompt(text + 1))[0];
                Assert.Equal(alone.Select(found => (string.Join(' ', found.Tokens), Math.Round(found.Score, 9))),
                    together[text].Select(found => (string.Join(' ', found.Tokens), Math.Round(found.Score, 9))));
            }
        }
    }

    [Fact]
    public void MoreBeamsThanContinuationsAreFine()
    {
        using var scope = new TensorScope();
        var model = Model([1, 1], [0.4, 0.6]);
        var found = new BeamSearch(8, 3, End, new LengthPenaltyScoring(0)).Write(model, Prompt(1))[0];
        Assert.Equal(["0", "1 0", "1 1 1", "1 1 0"], found.Select(text => string.Join(' ', text.Tokens)).ToList());
    }

    /// <summary>Every text with its score by the length penalty of 0.6.</summary>
    private static IEnumerable<(int[] Tokens, double Score)> Every(double[][] table, int[] text, double logProbability, int left)
    {
        foreach (var (token, step) in table[text[^1]].Index())
        {
            var (longer, sum) = ((int[])[.. text, token], logProbability + step);
            if (token == End || left == 1)
                yield return (longer, sum / Math.Pow((5.0 + longer.Length - 1) / 6, 0.6));
            else
                foreach (var deeper in Every(table, longer, sum, left - 1))
                    yield return deeper;
        }
    }

    private static Tensor Prompt(int token) => Tensor.From<long>([token]).View([1, 1]);

    private static TableModel Model(params double[][] weights) => new(LogProbabilities(weights));

    private static double[][] LogProbabilities(double[][] weights) => [.. weights.Select(row => row.Select(weight => Math.Log(weight / row.Sum())).ToArray())];
}
