using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>Counts calls in training, so that random features are drawn anew every so many; the count is saved with the model.</summary>
internal sealed class RedrawCounter(int interval) : Module
{
    [Buffer]
    private Tensor Calls { get; } = Tensor.From(0L).OutliveScopes();

    /// <summary>Whether it is time to draw, before a call; evaluation never draws.</summary>
    internal bool IsDue()
    {
        if (!IsTraining)
            return false;
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        var isDue = Calls.Item<long>() >= interval;
        if (isDue)
            Calls.ZeroInPlace();
        else
            Calls.AddInPlace(1);
        return isDue;
    }
}
