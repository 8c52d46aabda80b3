using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Training.Schedules;

/// <summary>A fall by one factor after each of some epochs (PyTorch's <c>MultiStepLR</c>).</summary>
public sealed record MultiStepSchedule : LearningRateSchedule
{
    /// <summary>The falls: each a number of finished epochs; one that is named twice counts twice.</summary>
    [Description("finished epochs after which the rate falls")]
    [Range(1, int.MaxValue)]
    public required ValueList<int> Milestones { get; init; }

    /// <summary>The factor of each fall.</summary>
    [Description("factor of each fall")]
    [Range(0.0, 1.0)]
    public double Gamma { get; init; } = 0.1;

    /// <inheritdoc/>
    public override double Factor(TrainingProgress progress) => Math.Pow(Gamma, Milestones.Count(milestone => milestone <= progress.Epoch));
}
