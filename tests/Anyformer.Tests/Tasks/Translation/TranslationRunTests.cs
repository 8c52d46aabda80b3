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

    [Fact]
    public void ShallowNetworksLearnFromATrainedTranslator()
    {
        using var folder = new TemporaryFolder();
        var teacher = Trained(folder, "epochs: 40").Evaluate().Bleu.Score;
        File.WriteAllText(folder["student.yaml"], $$"""
            task: translation
            model:
              id: shallow-ff-attention
              options:
                replacements: [{ size: l }]
                transformer:
                  { width: 32, heads: 2, feed-forward-width: 64, layers: { count: 1 }, position: rope, feed-forward: { kind: feed-forward, activation: gelu },
                    ties-embeddings: true, output-bias: false }
            data: { source: {{folder.Path}}, from: de, to: en, tokens: 8 }
            teacher: {{folder["run"]}}
            training: { learning-rate: 0.003, batch-size: 32, epochs: 40, patience: null, schedule: constant }
            """);
        TranslationRun Student(params string[] set) =>
            new((TranslationRecipe)Recipe.Load(folder["student.yaml"], set), new DataStore([folder.Path], folder.Path), folder["student"]);
        var run = Student();
        var before = run.Evaluate().Bleu.Score;
        run.Train(false, new StopAt(long.MaxValue, null), default);
        var after = run.Evaluate().Bleu.Score;
        Assert.True(after > before, $"BLEU went from {before} to {after}, the teacher has {teacher}");
        Assert.Single(TrainedTranslator.Open(folder["student"], Device.Cpu).Translate(["zwei rot Haus"]));
        Assert.Equal("A teacher trains the networks of the model 'shallow-ff-attention', found the model 'encoder-decoder'.",
            Assert.Throws<UserException>(() => Student("model={id: encoder-decoder}")).Message);
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
