using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Comparison;
using Anyformer.Data.Sequences;
using Anyformer.Data.Sources;
using Anyformer.Models.Sequences;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Tasks;
using Anyformer.Tasks.Sequences;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tests.Tasks.Sequences;

[Collection(DefaultGenerator.Name)]
public sealed class SequenceComparisonTests : IDisposable
{
    private static readonly ListOpsTask s_task = new() { Tokens = 24, Train = 40, Validation = 10, Test = 10 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryMechanismIsMeasuredOrSaysWhyNot()
    {
        var models = Compare(["softmax", "auto-correlation", "linear-transformer"]);
        Assert.Equal(["softmax", "auto-correlation", "linear-transformer"], models.Select(model => model.Id));
        Assert.Equal("Auto-correlation rolls whole series and cannot obey a mask; choose another attention function where tokens are masked.", models[1].Failure);
        foreach (var model in new[] { models[0], models[2] })
        {
            Assert.Null(model.Failure);
            Assert.Equal([1UL, 2UL], model.Seeds.Select(seed => seed.Seed));
            Assert.All(model.Seeds, seed =>
            {
                Assert.Equal(SequenceErrors.All.Select(error => error.Id).Order(), seed.Errors.Keys.Order());
                Assert.Equal((5L, 1.0), (seed.Steps, seed.Epochs));
                Assert.Equal(8 * seed.StepsPerSecond, seed.TrainingThroughput, 1e-6 * seed.TrainingThroughput);
                Assert.True(seed.LatencyMilliseconds > 0 && seed.InferenceThroughput > 0);
                Assert.InRange(seed.Errors[SequenceErrors.TestErrorRate], 0, 1);
            });
            Assert.True(File.Exists(Path.Combine(_folder["runs"], $"{model.Id}-2", "checkpoints", "best.safetensors")));
            Assert.IsType<SequenceRecipe>(Recipe.Load(Path.Combine(_folder["runs"], $"{model.Id}-2", "recipe.yaml")));
        }
    }

    [Fact]
    public void TheSameSeedsGiveTheSameErrors() => Assert.Equal(
        Compare(["performer"])[0].Seeds.Select(seed => seed.Errors), Compare(["performer"])[0].Seeds.Select(seed => seed.Errors));

    [Fact]
    public void ATimeEndsTheTraining()
    {
        var settings = Settings(["softmax"]) with { Budget = Budget.Parse("1s"), Seeds = [1] };
        var seed = Assert.Single(new SequenceComparison(settings, Store, _folder["runs"]).Run(new Silent())[0].Seeds);
        Assert.True(seed.Steps > 5);
        Assert.InRange(seed.TrainingSeconds, 0.01, 5);
    }

    [Fact]
    public void ItLearnsTheLargestOfAList()
    {
        // Trees of depth 2: an operator over digits.
        var task = new ListOpsTask { Tokens = 16, MaxDepth = 2, Train = 320, Validation = 50, Test = 100 };
        var training = new TrainingSection { LearningRate = 3e-3, BatchSize = 32, Epochs = 6, Patience = null, Seed = 1 };
        var recipe = new SequenceRecipe { Model = new ModelSection { Id = "lra-encoder", Preset = "small" }, Data = task, Training = training };
        var run = new SequenceRun(recipe, Store, _folder["run"]);
        run.Train(resume: false, new Nobody(), CancellationToken.None);
        Assert.InRange(run.Evaluate()[SequenceErrors.TestErrorRate], 0, 0.72);
        var again = new SequenceRun(recipe, Store, _folder["run"]);
        Assert.True(again.CanResume);
        Assert.True(again.Train(resume: true, new Nobody(), CancellationToken.None).Finished);
        Assert.Equal(run.Evaluate(), again.Evaluate());
    }

    [Fact]
    public void AccuracyIsWhatIsRightAndWhatIsAlwaysSaidIsTheMajority()
    {
        using var scope = new TensorScope();
        var data = s_task.Load(Store);
        var scores = new SequenceEvaluator(data, data.Test, 4, Device.Cpu).Evaluate(new Constant(3));
        Assert.Equal(Enumerable.Range(0, 10).Count(i => data.Test[i].Label == 3) / 10.0, scores.Accuracy, 1e-12);
        Assert.Equal(Enumerable.Range(0, 10).GroupBy(i => data.Test[i].Label).Max(group => group.Count()) / 10.0, data.MajorityShare, 1e-12);
    }

    private static DataStore Store => new([], "nowhere");

    private IReadOnlyList<ModelResult> Compare(string[] ids) => new SequenceComparison(Settings(ids), Store, _folder["runs"]).Run(new Silent());

    private static SequenceSettings Settings(string[] ids) => new()
    {
        Data = s_task,
        Contenders = [.. ids.Select(Contender)],
        Training = new TrainingSection { BatchSize = 8, Patience = null },
        Budget = Budget.Parse("1"),
        Seeds = [1, 2],
    };

    private static AttentionContender Contender(string id)
    {
        var options = LongRangeEncoderOptions.Presets["small"] with { Layers = 1, Width = 16, InnerWidth = 16, Attention = Part<TokenMixer>.Of(id) };
        return new(id, MethodCatalog.Get<TokenMixer>(id).Name, new ModelSection { Id = "lra-encoder", Options = OptionBinder.Write(options) });
    }

    private sealed class Silent : ComparisonObserver;

    private sealed class Nobody : TrainingObserver;

    private sealed class Constant(int label) : SequenceClassifier
    {
        protected override Tensor Forward(Tensor tokens, Tensor? real) =>
            Tensor.From<float>([.. Enumerable.Range(0, 10 * (int)tokens.Size(0)).Select(i => i % 10 == label ? 1f : 0f)], [tokens.Size(0), 10]);
    }
}
