namespace Anyformer.Training.Schedules;

/// <summary>
/// The <c>type1</c> of the forecasting papers' code, from Informer on: the rate is set to half of the last one's after every epoch,
/// beginning with the second, so the first two epochs run at the recipe's rate, the third at half of it, the fourth at a quarter.
/// </summary>
public sealed record HalvingSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Factor(TrainingProgress progress) => Math.Pow(0.5, Math.Max(0, progress.Epoch - 1));
}
