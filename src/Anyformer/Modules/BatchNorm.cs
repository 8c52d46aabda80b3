using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>
/// Standardises every channel over the batch and all positions: (batch, channels, ...). While training with the batch's own statistics, which
/// also move the running ones; otherwise with the running ones (Ioffe and Szegedy 2015).
/// </summary>
public sealed class BatchNorm : TensorModule
{
    private readonly double _momentum;
    private readonly double _epsilon;

    /// <summary>Weight 1, bias 0, running mean 0 and variance 1.</summary>
    public BatchNorm(long channels, double epsilon = 1e-5, double momentum = 0.1)
    {
        (_epsilon, _momentum) = (epsilon, momentum);
        Weight = Initialization.Constant(Parameter.Empty(channels), 1);
        Bias = Initialization.Constant(Parameter.Empty(channels), 0);
        RunningMean = Functional.Zeros([channels]).OutliveScopes();
        RunningVar = Functional.Ones([channels]).OutliveScopes();
        NumBatchesTracked = Functional.Zeros([], DType.Int64).OutliveScopes();
    }

    /// <summary>(channels).</summary>
    public Parameter Weight { get; }

    /// <summary>(channels).</summary>
    public Parameter Bias { get; }

    /// <summary>(channels).</summary>
    [Buffer]
    public Tensor RunningMean { get; }

    /// <summary>(channels), the unbiased variance.</summary>
    [Buffer]
    public Tensor RunningVar { get; }

    /// <summary>Batches seen while training.</summary>
    [Buffer]
    public Tensor NumBatchesTracked { get; }

    /// <summary>What the norm does outside training, as a map of each channel: a factor and what is added after, (channels) each.</summary>
    internal (Tensor Factor, Tensor Shift) AsMap()
    {
        var factor = Weight / (RunningVar + _epsilon).Sqrt();
        return (factor, Bias - RunningMean * factor);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        if (IsTraining)
        {
            if (input.ElementCount == Weight.ElementCount)
                throw new UserException(
                    $"Batch normalisation trains on more than one value of a channel, found an input of [{string.Join(", ", input.Shape)}].");
            NumBatchesTracked.AddInPlace(1);
        }

        // Under autocast, what comes out of a matrix product is narrower than the weights and the statistics.
        return Functional.BatchNorm(input.To(Weight.DType), Weight, Bias, RunningMean, RunningVar, IsTraining, _momentum, _epsilon, cudnnEnabled: true);
    }
}
