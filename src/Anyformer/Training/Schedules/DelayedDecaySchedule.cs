using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Training.Schedules;

/// <summary>
/// The <c>type3</c> of the forecasting papers' code: epochs up to the fourth run at the recipe's rate, each later one at 0.9 of the last.
/// PatchTST's code runs its first epoch at 1/25 of the rate, which is what an unused one-cycle schedule left there.
/// </summary>
public sealed record DelayedDecaySchedule : LearningRateSchedule
{
    /// <summary>The factor of the first epoch.</summary>
    [Description("factor of the first epoch (PatchTST: 0.04)")]
    [Range(0.0, 1.0)]
    public double FirstEpoch { get; init; } = 1;

    /// <inheritdoc/>
    public override double Factor(TrainingProgress progress) =>
        progress.Epoch == 0 ? FirstEpoch : Math.Pow(0.9, Math.Max(0, progress.Epoch - 3));
}
