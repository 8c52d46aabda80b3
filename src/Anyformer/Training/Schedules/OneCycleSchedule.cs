using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Training.Schedules;

/// <summary>The two curves of a <see cref="OneCycleSchedule"/>.</summary>
public enum Annealing
{
    /// <summary>Half a cosine.</summary>
    Cosine,
    /// <summary>A straight line.</summary>
    Linear,
}

/// <summary>
/// One rise to the recipe's learning rate and one long fall far below the start, with the momentum running the other way
/// (Smith and Topin 2019; PyTorch's <c>OneCycleLR</c> in two phases, to the digit).
/// </summary>
public sealed record OneCycleSchedule : LearningRateSchedule
{
    /// <summary>The share of the training that rises.</summary>
    [Description("share of the training that rises")]
    [Range(0.0, 1.0)]
    public double PctStart { get; init; } = 0.3;

    /// <summary>What the rate starts below its peak by.</summary>
    [Description("peak rate over first rate")]
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double DivFactor { get; init; } = 25;

    /// <summary>What the rate ends below its start by.</summary>
    [Description("first rate over last rate")]
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double FinalDivFactor { get; init; } = 1e4;

    /// <summary>The shape of the rise and of the fall.</summary>
    [Description("shape of the rise and the fall")]
    public Annealing Anneal { get; init; } = Annealing.Cosine;

    /// <summary>Whether the momentum is driven too.</summary>
    [Description("whether the momentum (Adam: the first beta) runs the other way")]
    public bool CycleMomentum { get; init; } = true;

    /// <summary>The momentum at the peak of the rate.</summary>
    [Description("momentum at the peak of the rate")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double BaseMomentum { get; init; } = 0.85;

    /// <summary>The momentum at both ends.</summary>
    [Description("momentum at both ends")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double MaxMomentum { get; init; } = 0.95;

    /// <inheritdoc/>
    public override double Factor(TrainingProgress progress)
    {
        var first = 1 / DivFactor;
        return Cycle(progress, first, 1, first / FinalDivFactor);
    }

    /// <inheritdoc/>
    public override double? Momentum(TrainingProgress progress) =>
        CycleMomentum ? Cycle(progress, MaxMomentum, BaseMomentum, MaxMomentum) : null;

    private double Cycle(TrainingProgress progress, double first, double peak, double last)
    {
        var (peakStep, lastStep) = (PctStart * progress.TotalSteps - 1, progress.TotalSteps - 1.0);
        var step = Math.Min(progress.Step, lastStep);
        return step <= peakStep
            ? Between(first, peak, Share(step, 0, peakStep))
            : Between(peak, last, Share(step, peakStep, lastStep));
    }

    // A phase of a single step is already at its end.
    private static double Share(double step, double start, double end) => end > start ? (step - start) / (end - start) : 1;

    private double Between(double start, double end, double share) => Anneal == Annealing.Cosine
        ? end + (start - end) / 2 * (1 + Math.Cos(Math.PI * share))
        : start + (end - start) * share;
}
