using Anyformer.Torch;

namespace Anyformer.Tasks;

/// <summary>
/// Samples in an order that depends on a seed and the epoch alone, in batches of one size; what fills none is left out of the epoch.
/// </summary>
/// <param name="samples">The number of samples.</param>
/// <param name="batchSize">Samples of a batch, at most all there are.</param>
/// <param name="seed">Decides the order.</param>
internal sealed class ShuffledBatches(int samples, int batchSize, long seed)
{
    private int[] _order = [];

    internal int BatchSize { get; } = Math.Min(batchSize, samples);

    internal int Count => samples / BatchSize;

    /// <summary>Shuffles for an epoch.</summary>
    internal void BeginEpoch(int epoch)
    {
        using var scope = new TensorScope();
        using var generator = new Generator(seed + epoch);
        _order = Functional.RandPerm(samples, generator).To(DType.Int32).ToArray<int>();
    }

    /// <summary>The samples of a batch of the epoch.</summary>
    internal ReadOnlySpan<int> this[int batch] => _order.AsSpan(batch * BatchSize, BatchSize);
}
