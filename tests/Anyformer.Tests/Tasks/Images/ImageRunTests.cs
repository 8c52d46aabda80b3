using Anyformer.Data.Images.Files;
using Anyformer.Data.Sources;
using Anyformer.Recipes;
using Anyformer.Tasks;
using Anyformer.Tasks.Images;
using Anyformer.Tests.Training;

namespace Anyformer.Tests.Tasks.Images;

[Collection(DefaultGenerator.Name)]
public sealed class ImageRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ImageRunTests() => ColoredImages.Write(_folder["colors"], 20);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ColorsAreLearntAndToldOfOtherImages()
    {
        var run = Trained("run");
        var (validation, test) = run.Evaluate();
        Assert.Equal((1.0, 1.0, 1.0), (validation.Accuracy, test.Accuracy, test.TopFive));
        Assert.Equal(12, Enumerable.Range(0, 3).Sum(color => test.Confusion[color, color]));
        Assert.Empty(test.Mistakes);
        var classifier = TrainedImageClassifier.Open(_folder["run"], Devices.Parse("cpu"));
        Assert.Equal(["green", "red", "yellow"], classifier.Classes.ToArray());
        var said = classifier.Predict(Path.Combine(_folder["colors"], "red", "3.png"), 2);
        Assert.Equal(("red", 2), (said[0].Class, said.Count));
        Assert.True(said[0].Probability > said[1].Probability);
    }

    [Fact]
    public void AStudentLearnsFromATrainedTeacher()
    {
        Trained("teacher");
        // The student is told nothing but what the teacher says.
        foreach (var (model, kind) in new[] { ("vit", "hard"), ("deit", "soft") })
        {
            var student = Open(model, $"model.id={model}", "training.learning-rate=0.02",
                $"distillation={{ teacher: '{_folder["teacher"]}', loss: {{ kind: {kind}, alpha: 1, temperature: 3 }} }}");
            Assert.True(student.Train(resume: false, new Watcher(), CancellationToken.None).Finished);
            Assert.InRange(student.Evaluate().Test.Accuracy, 0.6, 1);
        }
    }

    [Fact]
    public void ATeacherOfOtherClassesIsRefused()
    {
        Trained("teacher");
        Directory.Move(Path.Combine(_folder["colors"], "red"), Path.Combine(_folder["colors"], "rot"));
        var student = Open("student", $"distillation={{ teacher: '{_folder["teacher"]}' }}");
        Assert.Equal($"The teacher '{_folder["teacher"]}' knows the classes green, red, yellow; expected green, rot, yellow.",
            Assert.Throws<UserException>(() => student.Train(resume: false, new Watcher(), CancellationToken.None)).Message);
    }

    [Fact]
    public void MistakesAreTheSurestFirstAndTheirPicturesShowThem()
    {
        var run = Open("run", "training.learning-rate=0");
        var scores = run.Evaluate().Test;
        Assert.NotEmpty(scores.Mistakes);
        Assert.Equal(scores.Mistakes.OrderByDescending(mistake => mistake.Probability), scores.Mistakes);
        var confusion = ImageConfusion.Of("vit", scores, run.Data.Test);
        Assert.Equal(12, confusion.Counts.Sum(row => row.Sum()));
        Assert.All(confusion.Mistakes, mistake => Assert.StartsWith("data:image/png;base64,iVBORw0KGgo", mistake.Picture, StringComparison.Ordinal));
        Assert.All(confusion.Mistakes, mistake => Assert.NotEqual(mistake.Truth, mistake.Said));
    }

    [Fact]
    public void ABrokenImageIsLeftOutAndNamed()
    {
        foreach (var color in Directory.GetDirectories(_folder["colors"]))
            File.WriteAllText(Path.Combine(color, "broken.png"), "no image");
        var run = Open("run", "data.test-share=0.9", "data.validation-share=0");
        Assert.NotEmpty(run.Evaluate().Test.Broken);
        Assert.Contains("broken.png", Assert.Throws<BrokenImageException>(() =>
            Open("strict", "data.test-share=0.9", "data.validation-share=0", "loading.strict=true").Evaluate()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARunThatWasNoClassifiersIsRefused()
    {
        File.WriteAllText(_folder["recipe.yaml"], "task: language");
        Assert.StartsWith($"The folder '{_folder.Path}' holds no trained run: expected ",
            Assert.Throws<UserException>(() => TrainedImageClassifier.Open(_folder.Path, Devices.Parse("cpu"))).Message, StringComparison.Ordinal);
    }

    private ImageRun Trained(string name)
    {
        var run = Open(name);
        Assert.True(run.Train(resume: false, new Watcher(), CancellationToken.None).Finished);
        return run;
    }

    private ImageRun Open(string name, params string[] set)
    {
        var document = RecipeDocument.Parse($$"""
            task: image-classification
            model: { id: vit, options: { patch: 4, width: 16, heads: 2, layers: 1, hidden-width: 16 } }
            data: { path: '{{_folder["colors"]}}', validation-share: 0.2, test-share: 0.2 }
            preprocessing: { preset: cifar10, size: 12 }
            augmentation: light
            loading: { workers: 1 }
            training: { optimizer: adamw, learning-rate: 0.005, batch-size: 8, epochs: 15, patience: null }
            """, "the recipe");
        return new ImageRun((ImageRecipe)set.Aggregate(document, (current, assignment) => current.Set(assignment)).Bind<Recipe>(),
            new DataStore([_folder.Path], _folder.Path), _folder[name]);
    }
}
