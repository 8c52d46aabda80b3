namespace Anyformer.Training;

/// <summary>Looks on while a model is trained: progress, logs, pictures. Every method may be left as it is.</summary>
public abstract class TrainingObserver
{
    /// <summary>The training begins, or goes on from <paramref name="state"/>, and takes <paramref name="totalSteps"/> steps at most.</summary>
    public virtual void OnStart(TrainingState state, long totalSteps) { }

    /// <summary>An optimiser step was taken.</summary>
    public virtual void OnStep(StepReport report) { }

    /// <summary>An epoch was trained and validated.</summary>
    public virtual void OnEpoch(EpochReport report) { }
}

/// <summary>An optimiser step.</summary>
/// <param name="Step">Its number, from 1.</param>
/// <param name="Loss">The mean loss of its batches.</param>
/// <param name="LearningRate">The step size it used.</param>
/// <param name="Seconds">Seconds of training so far.</param>
public readonly record struct StepReport(long Step, double Loss, double LearningRate, double Seconds);

/// <summary>An epoch.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Step">Optimiser steps so far.</param>
/// <param name="TrainingLoss">The mean loss of its batches.</param>
/// <param name="Validation">What the validation measured.</param>
/// <param name="Improved">True when it is the best so far.</param>
/// <param name="Seconds">Seconds of training and validation so far.</param>
public sealed record EpochReport(int Epoch, long Step, double TrainingLoss, IReadOnlyDictionary<string, double> Validation, bool Improved, double Seconds);
