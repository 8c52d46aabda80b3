namespace Anyformer.Comparison;

/// <summary>What came out of training one model with one seed. A figure that was not measured is NaN, null in JSON.</summary>
public sealed record SeedResult
{
    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Its errors, by <see cref="ErrorMetric.Id"/>.</summary>
    public required IReadOnlyDictionary<string, double> Errors { get; init; }

    /// <summary>The share of held-out values that lie in their prediction intervals; NaN for a task without such.</summary>
    public double IntervalCoverage { get; init; } = double.NaN;

    /// <summary>Optimiser steps taken.</summary>
    public required long Steps { get; init; }

    /// <summary>Passes over the training rows; the last one may be partial.</summary>
    public required double Epochs { get; init; }

    /// <summary>Time spent training, in seconds.</summary>
    public required double TrainingSeconds { get; init; }

    /// <summary>Items (<see cref="Experiment.ItemName"/>) trained on in a second.</summary>
    public required double TrainingThroughput { get; init; }

    /// <summary>Optimiser steps taken in a second.</summary>
    public double StepsPerSecond { get; init; } = double.NaN;

    /// <summary>The median time that one item takes alone (batch 1), in milliseconds.</summary>
    public required double LatencyMilliseconds { get; init; }

    /// <summary>Items (<see cref="Experiment.ItemName"/>) answered in a second, in full batches.</summary>
    public required double InferenceThroughput { get; init; }

    /// <summary>The most memory the training held, in bytes.</summary>
    public required double PeakMemoryBytes { get; init; }

    /// <summary>The learning curve, by rising step.</summary>
    public required IReadOnlyList<LearningCurvePoint> Curve { get; init; }

    /// <summary>The value of <paramref name="metric"/>, or NaN when it was not measured.</summary>
    public double ErrorOf(ErrorMetric metric) => Errors.GetValueOrDefault(metric.Id, double.NaN);
}

/// <summary>One point of a learning curve.</summary>
/// <param name="Step">Optimiser steps taken so far.</param>
/// <param name="Seconds">Training time so far.</param>
/// <param name="TrainLoss">The training loss around this step, or NaN when it was not taken.</param>
/// <param name="ValidationLoss">The validation loss at this step, or NaN when it was not taken.</param>
public sealed record LearningCurvePoint(long Step, double Seconds, double TrainLoss, double ValidationLoss);
