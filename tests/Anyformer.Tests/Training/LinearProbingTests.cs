using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training;
using Anyformer.Training.Schedules;

namespace Anyformer.Tests.Training;

[Collection(DefaultGenerator.Name)]
public sealed class LinearProbingTests
{
    private static readonly TrainingSection s_options = new() { LearningRate = 0.1, Schedule = new ConstantSchedule(), Patience = null };

    [Theory]
    [InlineData(2, 2, false)]
    [InlineData(2, 3, true)]
    [InlineData(0, 1, true)]
    public void OnlyTheHeadLearnsInTheFirstEpochs(int frozen, int epochs, bool bodyMoves)
    {
        var job = new ProbedJob();
        var before = job.Model.StateDict().ToDictionary(item => item.Key, item => item.Value.Numbers());
        new Trainer(job, s_options with { Epochs = epochs, FreezeEpochs = frozen }).Fit();
        var after = job.Model.StateDict();
        Assert.NotEqual(before["head.weight"], after["head.weight"].Numbers());
        Assert.Equal(bodyMoves, !before["body.weight"].SequenceEqual(after["body.weight"].Numbers()));
        Assert.All(job.Model.Parameters(), parameter => Assert.True(parameter.RequiresGrad));
    }

    [Fact]
    public void ARunThatGoesOnIsFrozenWhereItWas()
    {
        var options = s_options with { Epochs = 3, FreezeEpochs = 2 };
        var whole = new ProbedJob();
        new Trainer(whole, options).Fit();
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        var cut = new ProbedJob { AfterBatch = (epoch, batch) => { if ((epoch, batch) == (1, 0)) cancellation.Cancel(); } };
        new Trainer(cut, options, new CheckpointStore(folder.Path)).Fit(cancellation: cancellation.Token);
        var resumed = new ProbedJob();
        new Trainer(resumed, options, new CheckpointStore(folder.Path)).Fit(resume: true);
        foreach (var (name, tensor) in whole.Model.StateDict())
            Tensors.AssertSame(tensor, resumed.Model.StateDict()[name]);
    }

    [Fact]
    public void AModelWithoutAHeadIsRefused() => Assert.Equal(
        "Network has no head that could learn alone; leave freeze-epochs out.",
        Assert.Throws<UserException>(() => new Trainer(new RegressionJob(), s_options with { FreezeEpochs = 1 })).Message);

    /// <summary>Two batches an epoch for a body and a head.</summary>
    private sealed class ProbedJob : TrainingJob
    {
        private readonly Probed _model;
        private int _epoch;

        public ProbedJob()
        {
            TorchRuntime.ManualSeed(1);
            _model = new Probed();
        }

        public Action<int, int>? AfterBatch { get; init; }

        public override Module Model => _model;

        public override int BatchCount => 2;

        public override int BatchSize => 4;

        public override void BeginEpoch(int epoch) => _epoch = epoch;

        public override Tensor Loss(int batch)
        {
            using var scope = new TensorScope();
            var loss = _model.Call(Tensors.Normal(10 * _epoch + batch, 4, 3)).Square().Sum();
            AfterBatch?.Invoke(_epoch, batch);
            return scope.Keep(loss);
        }

        public override IReadOnlyDictionary<string, double> Validate() => new Dictionary<string, double> { ["loss"] = -_epoch };
    }

    private sealed class Probed : TensorModule
    {
        private Linear Body { get; } = new(3, 4);

        private Linear Head { get; } = new(4, 1);

        protected override Tensor Forward(Tensor input) => Head.Call(Body.Call(input));
    }
}
