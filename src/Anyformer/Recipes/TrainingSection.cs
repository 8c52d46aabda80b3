using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Anyformer.Training.Schedules;

namespace Anyformer.Recipes;

/// <summary>Which rule turns gradients into steps.</summary>
public enum OptimizerKind
{
    /// <summary>Adam (Kingma and Ba 2015).</summary>
    Adam,
    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019).</summary>
    [JsonStringEnumMemberName("adamw")]
    AdamW,
    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,
}

/// <summary>Which parameters the weight decay pulls on.</summary>
public enum DecayedWeights
{
    /// <summary>All of them.</summary>
    All,
    /// <summary>Matrices, tables and kernels; biases, norms and gains, which have one dimension, are left alone.</summary>
    Matrices,
}

/// <summary>The precision that matrix products run in.</summary>
public enum AutocastPrecision
{
    /// <summary>The parameters' own.</summary>
    None,
    /// <summary>bfloat16, with the parameters kept as they are.</summary>
    [JsonStringEnumMemberName("bfloat16")]
    BFloat16,
}

/// <summary>What is computed again in the backward pass instead of being kept for it.</summary>
public enum RecomputedActivations
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>All that is inside the blocks of a stack.</summary>
    Blocks,
}

/// <summary>How a model is trained. The defaults are those of the forecasting papers' code.</summary>
public sealed record TrainingSection : IValidatableObject
{
    /// <summary>The optimiser.</summary>
    [Description("optimiser")]
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Adam;

    /// <summary>The learning rate that the schedule multiplies.</summary>
    [Description("learning rate, which the schedule multiplies")]
    [Range(0.0, double.MaxValue)]
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>The weight decay; PyTorch's default for AdamW, 0.01, has to be asked for.</summary>
    [Description("weight decay: decoupled in adamw, added to the gradient in adam and sgd")]
    [Range(0.0, double.MaxValue)]
    public double WeightDecay { get; init; }

    /// <summary>Which parameters the weight decay pulls on.</summary>
    [Description("what the weight decay pulls on: all parameters, or matrices alone, not biases, norms and gains")]
    public DecayedWeights DecayedWeights { get; init; }

    /// <summary>The momentum of SGD.</summary>
    [Description("momentum of sgd")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Momentum { get; init; }

    /// <summary>The two betas of Adam and AdamW.</summary>
    [Description("decay of the two running means of adam and adamw")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public ValueList<double> Betas { get; init; } = [0.9, 0.999];

    /// <summary>The epsilon of Adam and AdamW.</summary>
    [Description("epsilon of adam and adamw")]
    [Range(0.0, double.MaxValue)]
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Samples of a batch.</summary>
    [Description("samples of a batch")]
    [Range(1, int.MaxValue)]
    public int BatchSize { get; init; } = 32;

    /// <summary>Passes over the training data at most.</summary>
    [Description("passes over the training data at most")]
    [Range(1, int.MaxValue)]
    public int Epochs { get; init; } = 10;

    /// <summary>First epochs in which only the head learns and all other weights stay as they were loaded (linear probing).</summary>
    [Description("first epochs in which only the head learns")]
    [Range(0, int.MaxValue)]
    public int FreezeEpochs { get; init; }

    /// <summary>Optimiser steps at most; null for no limit but the epochs.</summary>
    [Description("optimiser steps at most")]
    [Range(1.0, double.MaxValue)]
    public long? MaxSteps { get; init; }

    /// <summary>Training time at most; null for no limit.</summary>
    [Description("training time at most")]
    public TimeSpan? MaxTime { get; init; }

    /// <summary>The learning rate over the training.</summary>
    [Description("learning rate over the training")]
    public LearningRateSchedule Schedule { get; init; } = new HalvingSchedule();

    /// <summary>The largest norm of all gradients together; null for no clipping.</summary>
    [Description("largest norm of all gradients together")]
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double? GradientClip { get; init; }

    /// <summary>Batches whose gradients are averaged into one optimiser step.</summary>
    [Description("batches whose gradients are averaged into one optimiser step")]
    [Range(1, int.MaxValue)]
    public int Accumulate { get; init; } = 1;

    /// <summary>The precision of matrix products.</summary>
    [Description("precision of matrix products")]
    public AutocastPrecision Autocast { get; init; }

    /// <summary>What is computed again in the backward pass instead of being kept for it: memory for time.</summary>
    [Description("computed again in the backward pass to save memory: none, or blocks for all that is inside the blocks of a stack")]
    public RecomputedActivations Recompute { get; init; }

    /// <summary>The decay of a moving average of the weights, which is then what is evaluated; null for none.</summary>
    [Description("decay of a moving average of the weights, which is then evaluated")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double? EmaDecay { get; init; }

    /// <summary>Epochs in a row without improvement on the validation data after which training stops; null for never.</summary>
    [Description("epochs in a row without improvement after which training stops")]
    [Range(1, int.MaxValue)]
    public int? Patience { get; init; } = 3;

    /// <summary>Optimiser steps between checkpoints; null for one at the end of every epoch.</summary>
    [Description("optimiser steps between checkpoints; one at the end of every epoch when left out")]
    [Range(1, int.MaxValue)]
    public int? CheckpointEvery { get; init; }

    /// <summary>The seed of all randomness; 2023 is iTransformer's.</summary>
    [Description("seed of all randomness")]
    [Range(0.0, double.MaxValue)]
    public long Seed { get; init; } = 2023;

    /// <summary>Where the model is trained: <c>cpu</c> or <c>cuda</c>, <c>cuda:1</c> and so on.</summary>
    [Description("where the model is trained: cpu, cuda or cuda:<number>")]
    public string Device { get; init; } = "cpu";

    /// <summary>Threads of tensor operations; null for one a physical core.</summary>
    [Description("threads of tensor operations; one a physical core when left out")]
    [Range(1, 4096)]
    public int? Threads { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Betas.Count != 2)
            yield return new ValidationResult($"betas is a list of {Betas.Count}; expected two numbers");
        if (MaxTime == TimeSpan.Zero)
            yield return new ValidationResult("max-time is 0s; expected a longer time");
    }
}
