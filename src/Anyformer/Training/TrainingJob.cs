using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Training;

/// <summary>What is trained: a model, batches of data with a loss, and a validation. The trainer knows no more of a task than this.</summary>
public abstract class TrainingJob
{
    /// <summary>The model whose parameters are moved.</summary>
    public abstract Module Model { get; }

    /// <summary>Batches of an epoch.</summary>
    public abstract int BatchCount { get; }

    /// <summary>Samples of a batch, for the rate.</summary>
    public abstract int BatchSize { get; }

    /// <summary>What a saved model must know besides its weights to be used again, as texts by name.</summary>
    public virtual IReadOnlyDictionary<string, string> Metadata => new Dictionary<string, string>();

    /// <summary>Optimiser steps of an epoch when each takes <paramref name="accumulate"/> batches; the last one may have fewer.</summary>
    public int StepsPerEpoch(int accumulate) => (BatchCount + accumulate - 1) / accumulate;

    /// <summary>
    /// Puts the batches of an epoch in order. The order may depend on nothing but the epoch and the job's own seed: a resumed run asks for the
    /// same epoch again and goes on in its middle.
    /// </summary>
    public abstract void BeginEpoch(int epoch);

    /// <summary>What the job itself remembers from batch to batch of an epoch, by name; nothing unless a job says so.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor>();

    /// <summary>Puts back what <see cref="State"/> gave, within the epoch that was begun.</summary>
    public virtual void LoadState(IReadOnlyDictionary<string, Tensor> state) { }

    /// <summary>The loss of one batch of the epoch, a tensor of one element. Batches are asked for in their order.</summary>
    public abstract Tensor Loss(int batch);

    /// <summary>Measures the model on the validation data; <see cref="ValidationMetric"/> among the results decides what is best. Lower is better.</summary>
    public abstract IReadOnlyDictionary<string, double> Validate();

    /// <summary>The name of the result of <see cref="Validate"/> that early stopping and the best checkpoint look at.</summary>
    public virtual string ValidationMetric => "loss";
}
