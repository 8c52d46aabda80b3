namespace Anyformer.Training.Schedules;

/// <summary>Warm-up, then a straight fall (PyTorch's <c>LinearLR</c>; the schedule of BERT).</summary>
public sealed record LinearSchedule : WarmupDecaySchedule
{
    /// <inheritdoc/>
    protected override double Remaining(double done) => 1 - done;
}
