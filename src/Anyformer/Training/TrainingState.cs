namespace Anyformer.Training;

/// <summary>How far a training has come; together with weights, optimiser and generator all that a resumed run needs.</summary>
public sealed record TrainingState
{
    /// <summary>Epochs finished.</summary>
    public int Epoch { get; init; }

    /// <summary>Batches of the current epoch that are done.</summary>
    public int Batch { get; init; }

    /// <summary>Optimiser steps taken.</summary>
    public long Step { get; init; }

    /// <summary>Sum of the losses of the current epoch's batches.</summary>
    public double LossSum { get; init; }

    /// <summary>Seconds spent training and validating, over all parts of an interrupted run.</summary>
    public double Seconds { get; init; }

    /// <summary>What early stopping remembers.</summary>
    public EarlyStoppingState EarlyStopping { get; init; } = new();

    /// <summary>The epoch whose validation was best, counted from 1; 0 before the first.</summary>
    public int BestEpoch { get; init; }

    /// <summary>True once the training has come to its end.</summary>
    public bool Finished { get; init; }
}
