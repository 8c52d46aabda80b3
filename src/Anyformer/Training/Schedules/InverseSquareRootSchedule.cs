using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Training.Schedules;

/// <summary>
/// <c>min(1, step / warmup) / sqrt(max(step, warmup))</c> with the step counted from 0, so that the first one does nothing: the schedule of Flax'
/// examples and of the Long Range Arena. The recipe's learning rate is its multiplier.
/// </summary>
public sealed record InverseSquareRootSchedule : LearningRateSchedule
{
    /// <summary>Optimiser steps of the rise.</summary>
    [Description("optimiser steps over which the rate rises linearly")]
    [Range(1, int.MaxValue)]
    public int WarmupSteps { get; init; } = 1000;

    /// <inheritdoc/>
    public override double Factor(TrainingProgress progress) =>
        Math.Min(1, (double)progress.Step / WarmupSteps) / Math.Sqrt(Math.Max(progress.Step, WarmupSteps));
}
