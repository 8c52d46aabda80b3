using Anyformer.Data.Sources;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoders;
using Anyformer.Models.Language.Encoders;
using Anyformer.Models.Language.Pretrained;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Tasks.Language;
using Anyformer.Tasks.Texts;
using Anyformer.Tests.Tasks.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Texts;

[Collection(DefaultGenerator.Name)]
public sealed class TextClassificationRunTests : IDisposable
{
    private const string Encoder = "{ id: encoder, options: { width: 16, heads: 2, feed-forward-width: 32, layers: { count: 1 } } }";

    private static readonly string[] s_words = ["good", "bad", "film", "book", "very", "rather", "was", "it"];

    private readonly TemporaryFolder _folder = new();

    public TextClassificationRunTests()
    {
        var random = new Random(1);
        string Filling() => string.Join(' ', Enumerable.Range(0, random.Next(6)).Select(_ => s_words[random.Next(2, s_words.Length)]));
        File.WriteAllText(_folder["single.csv"], "text,label\n" + string.Concat(Enumerable.Range(0, 160).Select(row => $"{Filling()} {s_words[row % 2]} {Filling()},{s_words[row % 2]}\n")));
        // Which of the two texts is the good one: the words of both together do not tell.
        File.WriteAllText(_folder["pairs.csv"], "a,b,better\n" + string.Concat(Enumerable.Range(0, 160).Select(row =>
            $"{Filling()} {s_words[row % 2]},{s_words[1 - row % 2]} {Filling()},{(row % 2 == 0 ? "first" : "second")}\n")));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ClassesOfTextsAreLearntAndToldOfOtherTexts()
    {
        var run = Trained("run", Encoder, "single.csv");
        var (validation, test) = run.Evaluate();
        Assert.Equal((1.0, 1.0, 1.0, 1.0), (validation.Classification.Accuracy, test.Classification.Accuracy, test.Classification.MacroF1, test.Classification.MatthewsCorrelation));
        Assert.Empty(test.Mistakes);
        Assert.Equal((1, 0.0), (run.Positive, TextClassificationErrors.Of(validation, test, run.Positive)["test-f1-error"]));
        var classifier = TrainedTextClassifier.Open(_folder["run"], Device.Cpu);
        Assert.Equal(["bad", "good"], classifier.Classes.ToArray());
        var answers = classifier.Predict([new("it was very good film"), new("it was bad"), new("")], 5);
        Assert.Equal(["good", "bad"], answers.Take(2).Select(classes => classes[0].Class));
        Assert.All(answers, classes => Assert.Equal(1, classes.Sum(item => item.Probability), 1e-6));
        Assert.Equal("The run classifies single texts, and a pair came.", Assert.Throws<UserException>(() => classifier.Predict([new("a", "b")], 1)).Message);
        // A text has the same answer whatever stands beside it.
        Assert.Equal(answers[1][0].Probability, classifier.Predict([new("it was bad")], 1)[0][0].Probability, 1e-6);
    }

    [Theory]
    [InlineData("{ id: bert, preset: small }")]
    [InlineData("{ id: decoder, options: { width: 32, heads: 2, feed-forward-width: 64, layers: { count: 2 } } }")]
    public void WhichTextOfAPairIsWhichIsLearnt(string model)
    {
        var run = Trained("run", model, "pairs.csv", "data.text=a", "data.pair=b", "data.label=better");
        Assert.Equal(1.0, run.Evaluate().Test.Classification.Accuracy);
        var classifier = TrainedTextClassifier.Open(_folder["run"], Device.Cpu);
        Assert.Equal(["second", "first"], classifier.Predict([new("bad", "good"), new("it was good", "it was bad")], 1).Select(classes => classes[0].Class));
        Assert.Equal("The run classifies pairs of texts, and a text came alone.", Assert.Throws<UserException>(() => classifier.Predict([new("a")], 1)).Message);
    }

    [Fact]
    public void ARunThatWasBrokenOffEndsTheSame()
    {
        var whole = Trained("whole", Encoder, "single.csv", "training.epochs=2");
        using (var stop = new CancellationTokenSource())
            Open("broken", Encoder, "single.csv", "training.epochs=2").Train(false, new StopAt(3, stop), stop.Token);
        var resumed = Open("broken", Encoder, "single.csv", "training.epochs=2");
        Assert.True(resumed.CanResume);
        Assert.True(resumed.Train(true, new StopAt(long.MaxValue, null), default).Finished);
        Assert.Equal(whole.Evaluate().Test.CrossEntropy, resumed.Evaluate().Test.CrossEntropy);
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("gpt2")]
    public void AFolderOfHuggingFaceIsStartedFrom(string id)
    {
        using var scope = new TensorScope();
        var tokenizer = new WordPieceTokenizerSection { Vocabulary = 60 }.Make("", string.Join(' ', s_words));
        tokenizer.Save(_folder["pretrained"]);
        var shape = new LanguageShape(tokenizer.Count + 3, 40);
        TextModel model = id == "bert" ? new Bert(shape, BertOptions.Presets["small"] with { Types = 2 }) : new Gpt2(shape, Gpt2Options.Presets["small"] with { Width = 32 });
        PretrainedModel.Of(model).Save(_folder["pretrained"]);
        var run = Open("run", $"{{ id: {id}, weights: '{_folder["pretrained"]}', options: {{ dropout: 0.3 }} }}", "single.csv", "data.tokens=20");
        Assert.Equal(tokenizer.Count, run.Data.Tokenizer.Count);
        AssertSame(model, run.Model.Model);
        Assert.Contains("dropout: 0.3", run.Recipe.ToDocument().ToYaml(), StringComparison.Ordinal);
        using (var stop = new CancellationTokenSource())
            run.Train(false, new StopAt(5, stop), stop.Token);
        // What it started from is not needed any more.
        Directory.Delete(_folder["pretrained"], recursive: true);
        var resumed = Open("run", $"{{ id: {id}, weights: '{_folder["pretrained"]}', options: {{ dropout: 0.3, width: {(id == "bert" ? 64 : 32)}, heads: 4, feed-forward-width: {256}, layers: {{ count: 2 }} }} }}", "single.csv", "data.tokens=20");
        Assert.Equal(run.Model.StateDict().Select(item => (item.Key, string.Join(',', item.Value.Shape))), resumed.Model.StateDict().Select(item => (item.Key, string.Join(',', item.Value.Shape))));
    }

    [Fact]
    public void ARunThatLearntLanguageIsStartedFrom()
    {
        using var scope = new TensorScope();
        File.WriteAllText(_folder["text.txt"], string.Concat(Enumerable.Repeat("it was very good rather bad film book ", 60)));
        var language = new LanguageRun((LanguageRecipe)RecipeDocument.Parse($"""
            task: language
            model: {Encoder}
            data: {"{"} source: '{_folder["text.txt"]}', tokens: 32, tokenizer: {"{"} kind: wordpiece, vocabulary: 60 {"}"} {"}"}
            training: {"{"} epochs: 1, max-steps: 3 {"}"}
            """, "r.yaml").Bind<Recipe>(), new DataStore([_folder.Path], _folder.Path), _folder["language"]);
        language.Train(false, new StopAt(long.MaxValue, null), default);
        var run = Open("run", $"{{ id: encoder, weights: '{_folder["language"]}' }}", "single.csv", "data.tokens=20");
        AssertSame(language.Model, run.Model.Model);
        Assert.Equal(language.Data.Tokenizer.Count, run.Data.Tokenizer.Count);
        run.Train(false, new StopAt(long.MaxValue, null), default);
        // And a run of a classifier, too, whose head is of other classes.
        AssertSame(run.Model.Model, Open("again", $"{{ id: encoder, weights: '{_folder["run"]}' }}", "pairs.csv", "data.text=a", "data.label=better", "data.tokens=20").Model.Model);
        string Refusal(string model, string data) => Assert.Throws<UserException>(() => Open("other", model, "single.csv", data)).Message;
        Assert.Equal($"The weights '{_folder["language"]}' are of a model of 32 tokens, and the recipe wants 64; set data.tokens.",
            Refusal($"{{ id: encoder, weights: '{_folder["language"]}' }}", "data.tokens=64"));
        Assert.Equal($"The weights '{_folder["language"]}' are those of a model encoder, and the recipe has the model decoder.",
            Refusal($"{{ id: decoder, weights: '{_folder["language"]}' }}", "data.tokens=20"));
    }

    [Fact]
    public void ThePositiveClassIsOneOfTwo()
    {
        Assert.Equal(0, Open("run", Encoder, "single.csv", "evaluation.positive-class=bad").Positive);
        Assert.Equal("The positive class 'fine' must be one of two, the data have bad, good.",
            Assert.Throws<UserException>(() => Open("run", Encoder, "single.csv", "evaluation.positive-class=fine").Positive).Message);
    }

    [Fact]
    public void MistakesAreTheSurestFirst()
    {
        var run = Open("run", Encoder, "single.csv");
        var scores = run.Evaluate().Test;
        Assert.NotEmpty(scores.Mistakes);
        Assert.Equal(scores.Mistakes.OrderByDescending(mistake => mistake.Probability), scores.Mistakes);
        var confusion = scores.ToConfusion("encoder", run.Data.Classes);
        Assert.Equal(16, confusion.Counts.Sum(row => row.Sum()));
        Assert.All(confusion.Mistakes, mistake => Assert.NotEqual(mistake.Truth, mistake.Said));
    }

    [Fact]
    public void AnotherCheckpointIsNone() => Assert.Equal("The checkpoint 'x' does not say which classes it knows; expected that of a classifier of texts.",
        Assert.Throws<UserException>(() => TextClassifierMetadata.FromTexts(new Dictionary<string, string> { ["classes"] = "[1" }, "x")).Message);

    private static void AssertSame(Module expected, Module actual)
    {
        var (left, right) = (expected.StateDict(), actual.StateDict());
        Assert.Equal(left.Keys, right.Keys);
        foreach (var (name, tensor) in left)
            Tensors.AssertSame(tensor, right[name]);
    }

    private TextClassificationRun Trained(string name, string model, string data, params string[] set)
    {
        var run = Open(name, model, data, set);
        Assert.True(run.Train(false, new StopAt(long.MaxValue, null), default).Finished);
        return run;
    }

    private TextClassificationRun Open(string name, string model, string data, params string[] set)
    {
        var document = RecipeDocument.Parse($"""
            task: text-classification
            model: {model}
            data: {"{"} source: '{_folder[data]}', tokens: 24 {"}"}
            training: {"{"} optimizer: adamw, learning-rate: 0.005, schedule: constant, batch-size: 16, epochs: 12, patience: null {"}"}
            """, "the recipe");
        var recipe = set.Aggregate(document, (current, assignment) => current.Set(assignment)).Bind<Recipe>();
        return new TextClassificationRun((TextClassificationRecipe)recipe, new DataStore([_folder.Path], _folder.Path), _folder[name]);
    }
}
