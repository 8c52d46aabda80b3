using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting;

/// <summary>
/// Windows in an order that depends on a seed and the epoch alone, in batches of one size; what fills none is left out of the epoch.
/// </summary>
/// <param name="windows">The number of windows.</param>
/// <param name="batchSize">Windows of a batch, at most all there are.</param>
/// <param name="seed">Decides the order.</param>
internal sealed class ShuffledBatches(int windows, int batchSize, long seed)
{
    private int[] _order = [];

    internal int BatchSize { get; } = Math.Min(batchSize, windows);

    internal int Count => windows / BatchSize;

    /// <summary>Shuffles for an epoch.</summary>
    internal void BeginEpoch(int epoch)
    {
        using var scope = new TensorScope();
        using var generator = new Generator(seed + epoch);
        _order = Functional.RandPerm(windows, generator).To(DType.Int32).ToArray<int>();
    }

    /// <summary>The windows of a batch of the epoch.</summary>
    internal ReadOnlySpan<int> this[int batch] => _order.AsSpan(batch * BatchSize, BatchSize);
}
