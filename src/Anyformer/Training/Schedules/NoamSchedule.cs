using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Training.Schedules;

/// <summary>
/// <c>width^-0.5 * min(step^-0.5, step * warmup^-1.5)</c> with the step counted from 1 (Vaswani et al. 2017, section 5.3).
/// The factor is the paper's learning rate itself: the recipe's learning rate is its multiplier, 1 in the paper.
/// </summary>
public sealed record NoamSchedule : LearningRateSchedule
{
    /// <summary>The model's width.</summary>
    [Description("width of the model")]
    [Range(1, int.MaxValue)]
    public int Width { get; init; } = 512;

    /// <summary>Optimiser steps of the rise.</summary>
    [Description("optimiser steps over which the rate rises linearly")]
    [Range(1, int.MaxValue)]
    public int WarmupSteps { get; init; } = 4000;

    /// <inheritdoc/>
    public override double Factor(TrainingProgress progress)
    {
        var step = progress.Step + 1.0;
        return Math.Min(Math.Pow(step, -0.5), step * Math.Pow(WarmupSteps, -1.5)) / Math.Sqrt(Width);
    }
}
