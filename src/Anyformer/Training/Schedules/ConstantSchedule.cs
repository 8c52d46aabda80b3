namespace Anyformer.Training.Schedules;

/// <summary>The recipe's learning rate throughout.</summary>
public sealed record ConstantSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Factor(TrainingProgress progress) => 1;
}
