using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training;
using Anyformer.Training.Schedules;

namespace Anyformer.Tests.Training;

[Collection(DefaultGenerator.Name)]
public sealed class TrainerTests : IDisposable
{
    private static readonly TrainingSection s_options = new()
    {
        LearningRate = 0.01,
        Epochs = 3,
        Patience = null,
        Schedule = new ConstantSchedule(),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly Watcher _watcher = new();

    private CheckpointStore Store => new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheLossFalls()
    {
        var state = Fit(new RegressionJob(), s_options with { Epochs = 30 });
        Assert.Equal((30, 0, 180L, true), (state.Epoch, state.Batch, state.Step, state.Finished));
        Assert.Equal(180, Assert.Single(_watcher.Starts).TotalSteps);
        Assert.Equal(Enumerable.Range(1, 180).Select(step => (long)step), _watcher.Steps.Select(step => step.Step));
        Assert.True(_watcher.Epochs[^1].TrainingLoss < 0.1 * _watcher.Epochs[0].TrainingLoss);
        Assert.True(_watcher.Epochs[^1].Validation["loss"] < 0.2 * _watcher.Epochs[0].Validation["loss"]);
    }

    [Fact]
    public void ReportsTellTheMeanOfTheEpoch()
    {
        Fit(new RegressionJob(), s_options);
        foreach (var (epoch, steps) in _watcher.Epochs.Zip(_watcher.Steps.Chunk(6)))
        {
            Assert.Equal(steps.Average(step => step.Loss), epoch.TrainingLoss, 1e-12);
            Assert.Equal(steps[^1].Step, epoch.Step);
            Assert.True(epoch.Seconds >= steps[^1].Seconds && steps[0].Seconds > 0);
        }
    }

    [Fact]
    public void BatchesAreTrainedOnAndValidationIsNot()
    {
        var job = new RegressionJob();
        Fit(job, s_options with { Epochs = 2 });
        var epoch = Enumerable.Repeat((true, true, DType.Float32), 6).Append((false, false, DType.Float32)).ToArray();
        Assert.Equal([.. epoch, .. epoch], job.Calls);
        Assert.False(job.Model.IsTraining);
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.Adam)]
    public void AccumulatedBatchesAreOneLargeBatch(OptimizerKind optimizer)
    {
        var options = s_options with { Optimizer = optimizer, Momentum = 0.9 };
        var (small, large) = (new RegressionJob(batchSize: 4), new RegressionJob(batchSize: 12));
        Fit(small, options with { Accumulate = 3 });
        Fit(large, options);
        AssertWeights(large.Model, small.Model, 1e-5);
        var (first, second) = (_watcher.Steps[..12], _watcher.Steps[12..]);
        Assert.All(first.Zip(second), pair => Assert.Equal(pair.First.Loss, pair.Second.Loss, 1e-5));
    }

    [Fact]
    public void TheLastStepOfAnEpochMayHaveFewerBatches()
    {
        var job = new RegressionJob(batchSize: 4);
        var state = Fit(job, s_options with { Epochs = 1, Accumulate = 5 });
        Assert.Equal((3L, 3), (state.Step, job.StepsPerEpoch(5)));
        var whole = new RegressionJob(batchSize: 4);
        Fit(whole, s_options with { Epochs = 1, Accumulate = 12 });
        Assert.Equal(_watcher.Steps[3].Loss * 12, 5 * _watcher.Epochs[1].TrainingLoss + 7 * _watcher.Epochs[1].TrainingLoss, 1e-9);
    }

    [Fact]
    public void ClippingBoundsTheStep()
    {
        var job = new RegressionJob();
        var before = Weights(job.Model);
        Fit(job, s_options with { Optimizer = OptimizerKind.Sgd, LearningRate = 0.5, GradientClip = 1e-3, MaxSteps = 1 });
        var moved = Math.Sqrt(Weights(job.Model).Zip(before).Sum(pair => Math.Pow(pair.First - pair.Second, 2)));
        Assert.Equal(0.5e-3, moved, 1e-5);
    }

    [Fact]
    public void TheMovingAverageIsWhatIsValidatedAndKept()
    {
        const double decay = 0.8;
        var job = new RegressionJob();
        var average = Weights(job.Model);
        var watcher = new Watcher(_ => average = [.. average.Zip(Weights(job.Model), (kept, live) => decay * kept + (1 - decay) * live)]);
        new Trainer(job, s_options with { Epochs = 1, EmaDecay = decay }, Store, watcher).Fit();
        Assert.True(Weights(job.Model).Zip(average).Max(pair => Math.Abs(pair.First - pair.Second)) > 1e-3);
        job.Model.Load(Safetensors.Load(Store.BestPath));
        Assert.All(Weights(job.Model).Zip(average), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
        Assert.Equal(watcher.Epochs[0].Validation["loss"], job.Validate()["loss"]);
    }

    [Fact]
    public void StoppingEarlyKeepsTheBestWeights()
    {
        var job = new RegressionJob { Script = new([3, 2, 4, 2.5, 1]) };
        double[] best = [];
        var watcher = new Watcher(onEpoch: report => best = report.Improved ? Weights(job.Model) : best);
        var trainer = new Trainer(job, s_options with { Epochs = 9, Patience = 2 }, Store, watcher);
        var state = trainer.Fit();
        Assert.Equal((4, 2, true), (state.Epoch, state.BestEpoch, state.Finished));
        Assert.Equal([true, true, false, false], watcher.Epochs.Select(epoch => epoch.Improved));
        Assert.NotEqual(best, Weights(job.Model));
        Store.LoadBest(job.Model, state);
        Assert.Equal(best, Weights(job.Model));
        Safetensors.Load(Store.BestPath, out var metadata);
        Assert.Equal("regression", metadata["task"]);
    }

    [Fact]
    public void ATrainingWithoutANumberHasNoBestWeights()
    {
        var job = new RegressionJob { Script = new([double.NaN, double.NaN, double.NaN]) };
        var state = Fit(job, s_options with { Epochs = 3, Patience = 2 });
        Assert.Equal((2, 0), (state.Epoch, state.BestEpoch));
        Assert.False(File.Exists(Store.BestPath));
        Assert.Equal("No weights came out of the training: the validation of none of its 2 epochs gave a number.",
            Assert.Throws<UserException>(() => Store.LoadBest(job.Model, state)).Message);
    }

    [Fact]
    public void AutocastNarrowsProductsAndKeepsWeights()
    {
        var job = new RegressionJob();
        Fit(job, s_options with { Autocast = AutocastPrecision.BFloat16, Epochs = 20 });
        Assert.All(job.Calls.Where(call => call.IsTraining), call => Assert.Equal(DType.BFloat16, call.Output));
        Assert.All(job.Calls.Where(call => !call.IsTraining), call => Assert.Equal(DType.Float32, call.Output));
        Assert.All(job.Model.Parameters(), parameter => Assert.Equal(DType.Float32, parameter.DType));
        Assert.True(_watcher.Epochs[^1].TrainingLoss < 0.3 * _watcher.Epochs[0].TrainingLoss);
    }

    [Fact]
    public void TheScheduleSetsTheRateOfEveryStep()
    {
        Fit(new RegressionJob(batchSize: 24), s_options with { Schedule = new StepSchedule { Every = 2, Gamma = 0.5 }, Epochs = 5 });
        Assert.Equal([0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.005, 0.005, 0.0025, 0.0025], _watcher.Steps.Select(step => step.LearningRate));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 1)]
    [InlineData(8, 2)]
    [InlineData(100, 3)]
    public void StepsAreLimitedAndTheLastIsValidated(long steps, int epochs)
    {
        var state = Fit(new RegressionJob(), s_options with { MaxSteps = steps });
        Assert.Equal((Math.Min(steps, 18), epochs, true), (state.Step, state.Epoch, state.Finished));
        Assert.Equal(Math.Min(steps, 18), _watcher.Starts[0].TotalSteps);
        Assert.Equal(epochs, _watcher.Epochs.Count);
        Assert.Equal(state.Step, _watcher.Epochs[^1].Step);
    }

    [Fact]
    public void TimeIsLimitedAndNoEpochIsWithoutAStep()
    {
        var state = Fit(new RegressionJob(), s_options with { MaxTime = TimeSpan.FromTicks(1), Epochs = 1000 });
        Assert.Equal((1L, 1, true), (state.Step, state.Epoch, state.Finished));
        Assert.True(_watcher.Epochs.Single().TrainingLoss > 0);
        var slow = new Watcher(report => Thread.Sleep(report.Step == 2 ? 1100 : 0));
        var longer = new Trainer(new RegressionJob(), s_options with { MaxTime = TimeSpan.FromSeconds(1), Epochs = 1000 }, null, slow).Fit();
        Assert.Equal(2, longer.Step);
        Assert.True(longer.Finished);
    }

    [Fact]
    public void ASeedRepeatsATrainingBitForBit()
    {
        var (first, second) = (new RegressionJob(dropout: 0.4), new RegressionJob(dropout: 0.4));
        TorchRuntime.ManualSeed(3);
        Fit(first, s_options);
        TorchRuntime.ManualSeed(3);
        Fit(second, s_options);
        Assert.Equal(Weights(first.Model), Weights(second.Model));
        TorchRuntime.ManualSeed(4);
        var other = new RegressionJob(dropout: 0.4, weightSeed: 2);
        Fit(other, s_options);
        Assert.NotEqual(Weights(first.Model), Weights(other.Model));
    }

    [Fact]
    public void AModelWithoutParametersCannotBeTrained() => Assert.Equal(
        "Dropout has no parameters, so there is nothing to train.",
        Assert.Throws<UserException>(() => new Trainer(new EmptyJob(), s_options)).Message);

    [Fact]
    public void AModelWithoutBlocksComputesNoneAgain() => Assert.Equal("Network has no blocks that could be computed again: 'training.recompute' must be none.",
        Assert.Throws<UserException>(() => Fit(new RegressionJob(), s_options with { Recompute = RecomputedActivations.Blocks })).Message);

    private TrainingState Fit(TrainingJob job, TrainingSection options) => new Trainer(job, options, Store, _watcher).Fit();

    private static double[] Weights(Module model) => [.. model.Parameters().SelectMany(Tensors.Numbers)];

    private static void AssertWeights(Module expected, Module actual, double tolerance)
    {
        foreach (var (name, tensor) in expected.StateDict())
            Tensors.AssertClose(tensor, actual.StateDict()[name], tolerance);
    }

    private sealed class EmptyJob : TrainingJob
    {
        public override Module Model { get; } = new Dropout(0.5);

        public override int BatchCount => 1;

        public override int BatchSize => 1;

        public override void BeginEpoch(int epoch) { }

        public override Tensor Loss(int batch) => Functional.Ones([]);

        public override IReadOnlyDictionary<string, double> Validate() => new Dictionary<string, double> { ["loss"] = 1 };
    }
}
