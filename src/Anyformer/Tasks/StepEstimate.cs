using System.Diagnostics;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tasks;

/// <summary>How many steps a time is good for, taken from a few steps of a model that is thrown away: a schedule needs to know its end.</summary>
internal static class StepEstimate
{
    private const double Margin = 0.9;

    private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(1);

    /// <summary>The steps, validations between epochs included; the one at the end is not.</summary>
    internal static long Within(TimeSpan time, TrainingJob job, TrainingSection training)
    {
        job.BeginEpoch(0);
        job.Model.Train();
        var optimizer = OptimizerFactory.Create(job.Model.Parameters(), training);
        // Measured after a first round: until then the runtime is still compiling.
        SecondsOfAStep(job, optimizer);
        var epoch = SecondsOfAStep(job, optimizer) * job.BatchCount;
        var epochs = Margin * time.TotalSeconds / epoch;
        if (epochs > 1)
            epochs = Margin * time.TotalSeconds / (epoch + SecondsOfAValidation(job));
        return Math.Max(1, (long)(epochs * job.StepsPerEpoch(training.Accumulate)));
    }

    private static double SecondsOfAStep(TrainingJob job, Optimizer optimizer)
    {
        var clock = Stopwatch.StartNew();
        var steps = 0;
        for (; steps < 1 || clock.Elapsed < s_enough; steps++)
        {
            using var scope = new TensorScope();
            optimizer.ZeroGrad();
            job.Loss(steps % job.BatchCount).Backward();
            optimizer.Step();
        }

        return clock.Elapsed.TotalSeconds / steps;
    }

    private static double SecondsOfAValidation(TrainingJob job)
    {
        job.Validate();
        var clock = Stopwatch.StartNew();
        job.Validate();
        return clock.Elapsed.TotalSeconds;
    }
}
