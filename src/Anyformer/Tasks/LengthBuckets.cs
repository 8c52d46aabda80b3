using Anyformer.Torch;

namespace Anyformer.Tasks;

/// <summary>
/// Samples in batches of similar lengths, so that little is padding, in an order that depends on a seed and the epoch alone: shuffled, sorted within stretches of
/// many batches, and the batches shuffled again. What fills no batch is left out of the epoch.
/// </summary>
/// <param name="lengths">The length of each sample.</param>
/// <param name="batchSize">Samples of a batch, at most all there are.</param>
/// <param name="seed">Decides the order.</param>
internal sealed class LengthBuckets(IReadOnlyList<int> lengths, int batchSize, long seed)
{
    /// <summary>So many batches are sorted together: the more, the less padding, and the less chance in what comes together.</summary>
    private const int Stretch = 64;

    private int[][] _batches = [];

    internal int BatchSize { get; } = Math.Min(batchSize, lengths.Count);

    internal int Count => lengths.Count / BatchSize;

    /// <summary>Shuffles for an epoch.</summary>
    internal void BeginEpoch(int epoch)
    {
        using var scope = new TensorScope();
        using var generator = new Generator(seed + epoch);
        int[] Shuffled(int count) => Functional.RandPerm(count, generator).To(DType.Int32).ToArray<int>();
        var order = Shuffled(lengths.Count)[..(Count * BatchSize)];
        var sorted = order.Chunk(Stretch * BatchSize).SelectMany(stretch => stretch.OrderBy(sample => lengths[sample]).Chunk(BatchSize)).ToArray();
        _batches = [.. Shuffled(Count).Select(batch => sorted[batch])];
    }

    /// <summary>The samples of a batch of the epoch.</summary>
    internal IReadOnlyList<int> this[int batch] => _batches[batch];
}
