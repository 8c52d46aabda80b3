namespace Anyformer.Training.Schedules;

/// <summary>Warm-up, then half a cosine (Loshchilov and Hutter 2017, without restarts; PyTorch's <c>CosineAnnealingLR</c>).</summary>
public sealed record CosineSchedule : WarmupDecaySchedule
{
    /// <inheritdoc/>
    protected override double Remaining(double done) => (1 + Math.Cos(Math.PI * done)) / 2;
}
