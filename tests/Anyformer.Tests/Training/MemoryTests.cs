using Anyformer.Inspection;
using Anyformer.Models.Forecasting;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training;
using Anyformer.Training.Schedules;

namespace Anyformer.Tests.Training;

[Collection(DefaultGenerator.Name)]
public sealed class MemoryTests
{
    private const int Steps = 10_000;

    [SkippableFact]
    [Trait("kind", "long")]
    public void TenThousandStepsDoNotGrowTheProcess()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux tells what is resident");
        // What other tests of this process freed is taken and given back meanwhile, which blurs a training; a leak shows in every one.
        var growths = Enumerable.Range(0, 3).Select(_ => Growth()).TakeWhile(growth => growth > 1.02).ToArray();
        Assert.True(growths.Length < 3, $"resident memory grew by the factors {string.Join(", ", growths)}");
    }

    /// <summary>Resident memory after the last step over that after step 500.</summary>
    private static double Growth()
    {
        var (settled, end) = (0L, 0L);
        var watcher = new ResidentMemory(step => step switch
        {
            500 => settled = Resident(),
            Steps => end = Resident(),
            _ => 0,
        });
        var options = new TrainingSection
        {
            Epochs = int.MaxValue,
            MaxSteps = Steps,
            Patience = null,
            Schedule = new ConstantSchedule(),
            GradientClip = 1,
            EmaDecay = 0.99,
        };
        Assert.Equal(Steps, new Trainer(new TinyJob(), options, null, watcher).Fit().Step);
        return (double)end / settled;
    }

    private static long Resident()
    {
        // Gives back the nursery too, which grows to the size of the cache whatever is allocated.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return ProcessMemory.Resident;
    }

    private sealed class ResidentMemory(Func<long, long> measure) : TrainingObserver
    {
        public override void OnStep(StepReport report) => measure(report.Step);
    }

    /// <summary>The smallest iTransformer on drawn windows.</summary>
    private sealed class TinyJob : TrainingJob
    {
        private readonly ITransformer _model = new(
            new ForecastShape(8, 4, 0, 3, 0, 1, false), new ITransformerOptions { Width = 8, Heads = 2, Layers = 1, FeedForwardWidth = 8 });

        private readonly Tensor _past = Tensors.Normal(1, 2, 8, 3);
        private readonly Tensor _future = Tensors.Normal(2, 2, 4, 3);

        public override Module Model => _model;

        public override int BatchCount => 500;

        public override int BatchSize => 2;

        public override void BeginEpoch(int epoch) { }

        public override Tensor Loss(int batch)
        {
            using var scope = new TensorScope();
            return scope.Keep(_model.Call(new ForecastInput(_past)).MseLoss(_future));
        }

        public override IReadOnlyDictionary<string, double> Validate() => new Dictionary<string, double> { ["loss"] = Loss(0).Item<double>() };
    }
}
