using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>A batch norm and a linear map after it, as the head of a classifier: (batch, inputs) to (batch, outputs).</summary>
public sealed class BatchNormLinear : TensorModule, IFoldableBatchNorm
{
    /// <summary>A map whose weights are drawn from a normal distribution of deviation 0.02, cut off, and whose bias is 0.</summary>
    public BatchNormLinear(long inputs, long outputs)
    {
        Norm = new BatchNorm(inputs);
        Linear = new Linear(inputs, outputs);
        Initialization.TruncatedNormal(Linear.Weight, deviation: 0.02);
        Initialization.Constant(Linear.Bias!, 0);
    }

    private BatchNorm? Norm { get; set; }

    private Linear Linear { get; set; }

    /// <inheritdoc/>
    public bool IsFolded => Norm is null;

    /// <inheritdoc/>
    public void FoldBatchNorm()
    {
        if (Norm is null)
            return;
        Linear = BatchNormFolding.Fold(Norm, Linear);
        Norm = null;
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Linear.Call(Norm is null ? input : Norm.Call(input));
}
