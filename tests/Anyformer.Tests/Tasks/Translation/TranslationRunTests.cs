using Anyformer.Data.Sources;
using Anyformer.Recipes;
using Anyformer.Tasks.Translation;
using Anyformer.Tests.Tasks.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Translation;

[Collection(DefaultGenerator.Name)]
public sealed class TranslationRunTests
{
    private static readonly string[] s_words = ["eins", "zwei", "drei", "vier", "rot", "blau", "Haus", "Baum"];
    private static readonly string[] s_meanings = ["one", "two", "three", "four", "red", "blue", "house", "tree"];

    [Fact]
    public void ALanguageOfSingleWordsIsLearnt()
    {
        using var folder = new TemporaryFolder();
        var run = Trained(folder, "epochs: 60");
        var (errors, bleu) = run.Evaluate();
        Assert.InRange(bleu.Score, 80, 100);
        Assert.InRange(errors[TranslationErrors.ValidationLoss], 0, 0.3);
        Assert.Equal(1 - bleu.Score / 100, errors[TranslationErrors.TestBleu], 1e-12);
        var translator = TrainedTranslator.Open(folder["run"], Device.Cpu);
        Assert.Equal(["two red house", "tree"], translator.Translate(["zwei rot Haus", "Baum"]));
        Assert.Equal(["two red house", "tree"], translator.Translate(["zwei rot Haus", "Baum"], translator.Search with { Beams = 3 }));
    }

    [Fact]
    public void ARunThatWasBrokenOffEndsTheSame()
    {
        using var whole = new TemporaryFolder();
        using var broken = new TemporaryFolder();
        var loss = Trained(whole, "epochs: 2").Evaluate().Errors[TranslationErrors.ValidationLoss];
        Write(broken, "epochs: 2");
        using (var stop = new CancellationTokenSource())
            Open(broken).Train(false, new StopAt(3, stop), stop.Token);
        var resumed = Open(broken);
        Assert.True(resumed.CanResume);
        resumed.Train(true, new StopAt(long.MaxValue, null), default);
        Assert.Equal(loss, resumed.Evaluate().Errors[TranslationErrors.ValidationLoss]);
    }

    [Fact]
    public void ATokenizerWithoutTheNeededTokensIsRefused()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "epochs: 1", "character");
        Assert.Equal("A translator needs a tokenizer with tokens for padding, the beginning and the end; choose words, or one that has them.",
            Assert.Throws<UserException>(() => Open(folder)).Message);
    }

    private static TranslationRun Trained(TemporaryFolder folder, string training)
    {
        Write(folder, training);
        var run = Open(folder);
        run.Train(false, new StopAt(long.MaxValue, null), default);
        return run;
    }

    private static TranslationRun Open(TemporaryFolder folder) =>
        new((TranslationRecipe)Recipe.Load(folder["recipe.yaml"]), new DataStore([folder.Path], folder.Path), folder["run"]);

    private static void Write(TemporaryFolder folder, string training, string tokenizer = "{kind: words, least-count: 1}")
    {
        var random = new Random(1);
        foreach (var (part, count) in new[] { ("train", 256), ("val", 24), ("test", 24) })
        {
            var texts = Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(s_words.Length)).ToArray()).ToArray();
            File.WriteAllLines(folder[$"{part}.de"], texts.Select(text => string.Join(' ', text.Select(word => s_words[word]))));
            File.WriteAllLines(folder[$"{part}.en"], texts.Select(text => string.Join(' ', text.Select(word => s_meanings[word]))));
        }

        File.WriteAllText(folder["recipe.yaml"], $$"""
            task: translation
            model: { id: encoder-decoder, options: { width: 32, heads: 2, feed-forward-width: 64, layers: { count: 1 } } }
            data: { source: {{folder.Path}}, from: de, to: en, tokens: 8, tokenizer: {{tokenizer}} }
            label-smoothing: 0
            training: { learning-rate: 0.005, batch-size: 32, {{training}}, patience: null, schedule: constant }
            """);
    }
}
