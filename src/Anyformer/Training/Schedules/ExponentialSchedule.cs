using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Training.Schedules;

/// <summary>A fall by one factor after every epoch (PyTorch's <c>ExponentialLR</c>).</summary>
public sealed record ExponentialSchedule : LearningRateSchedule
{
    /// <summary>The factor of an epoch.</summary>
    [Description("factor of each epoch")]
    [Range(0.0, 1.0)]
    public required double Gamma { get; init; }

    /// <inheritdoc/>
    public override double Factor(TrainingProgress progress) => Math.Pow(Gamma, progress.Epoch);
}
