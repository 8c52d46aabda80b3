using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Training.Schedules;

/// <summary>A fall by one factor every so many epochs (PyTorch's <c>StepLR</c>).</summary>
public sealed record StepSchedule : LearningRateSchedule
{
    /// <summary>Epochs between two falls.</summary>
    [Description("epochs between two falls")]
    [Range(1, int.MaxValue)]
    public required int Every { get; init; }

    /// <summary>The factor of each fall.</summary>
    [Description("factor of each fall")]
    [Range(0.0, 1.0)]
    public double Gamma { get; init; } = 0.1;

    /// <inheritdoc/>
    public override double Factor(TrainingProgress progress) => Math.Pow(Gamma, progress.Epoch / Every);
}
