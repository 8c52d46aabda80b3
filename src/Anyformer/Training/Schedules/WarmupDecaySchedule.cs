using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Training.Schedules;

/// <summary>
/// A linear rise over <see cref="WarmupSteps"/> from <see cref="WarmupStart"/> to 1, then a fall to <see cref="Floor"/> at the end of the
/// training. PyTorch: <c>SequentialLR</c> of a <c>LinearLR</c> and the decay; with the defaults, Hugging Face's
/// <c>get_cosine_schedule_with_warmup</c> and <c>get_linear_schedule_with_warmup</c>.
/// </summary>
public abstract record WarmupDecaySchedule : LearningRateSchedule
{
    /// <summary>Optimiser steps of the rise.</summary>
    [Description("optimiser steps over which the rate rises linearly")]
    [Range(0, int.MaxValue)]
    public int WarmupSteps { get; init; }

    /// <summary>The factor of the first step of the rise.</summary>
    [Description("factor of the first warm-up step")]
    [Range(0.0, 1.0)]
    public double WarmupStart { get; init; }

    /// <summary>The factor at the end.</summary>
    [Description("factor at the end of the training")]
    [Range(0.0, 1.0)]
    public double Floor { get; init; }

    /// <inheritdoc/>
    public sealed override double Factor(TrainingProgress progress)
    {
        if (progress.Step < WarmupSteps)
            return WarmupStart + (1 - WarmupStart) * progress.Step / WarmupSteps;
        var decaySteps = Math.Max(1, progress.TotalSteps - WarmupSteps);
        var done = Math.Min(1, (double)(progress.Step - WarmupSteps) / decaySteps);
        return Floor + (1 - Floor) * Remaining(done);
    }

    /// <summary>What remains of the fall: from 1 at <paramref name="done"/> = 0 to 0 at 1.</summary>
    protected abstract double Remaining(double done);
}
