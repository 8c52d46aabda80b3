using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>A module that holds a batch norm beside a linear map or convolution, and can do with that alone outside training.</summary>
public interface IFoldableBatchNorm
{
    /// <summary>Whether that is done: such a part is not trained any more.</summary>
    bool IsFolded { get; }

    /// <summary>Works the batch norm into the map beside it; nothing happens when that is done already.</summary>
    void FoldBatchNorm();
}

/// <summary>
/// Works batch norms with their running statistics into the maps beside them, so that they cost nothing where a model is used and no longer
/// trained: the outputs of evaluation stay the same.
/// </summary>
public static class BatchNormFolding
{
    /// <summary>Folds every batch norm that a part of the model knows how to fold. The parameters are others afterwards, and have other names.</summary>
    public static void Fold(Module model)
    {
        foreach (var part in model.Modules().Select(item => item.Module).OfType<IFoldableBatchNorm>().ToArray())
            part.FoldBatchNorm();
    }

    /// <summary>One convolution that does what a convolution and the norm after it do.</summary>
    public static Conv2d Fold(Conv2d convolution, BatchNorm norm)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        var (factor, shift) = norm.AsMap();
        return new Conv2d(convolution, convolution.Weight * factor.View([-1, 1, 1, 1]), Shifted(convolution.Bias, factor, shift));
    }

    /// <summary>One linear map that does what a linear map and the norm after it do.</summary>
    public static Linear Fold(Linear linear, BatchNorm norm)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        var (factor, shift) = norm.AsMap();
        return new Linear(linear.Weight * factor.Unsqueeze(1), Shifted(linear.Bias, factor, shift));
    }

    /// <summary>One linear map that does what a norm and the linear map after it do.</summary>
    public static Linear Fold(BatchNorm norm, Linear linear)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        var (factor, shift) = norm.AsMap();
        var carried = linear.Weight.Mv(shift);
        return new Linear(linear.Weight * factor, linear.Bias is null ? carried : carried + linear.Bias);
    }

    private static Tensor Shifted(Tensor? bias, Tensor factor, Tensor shift) => bias is null ? shift : bias * factor + shift;
}
