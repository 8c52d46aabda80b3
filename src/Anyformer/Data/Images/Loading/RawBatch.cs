using Anyformer.Data.Images.Transforms;
using Anyformer.Torch;

namespace Anyformer.Data.Images.Loading;

/// <summary>What a worker makes of a batch: levels of one size, before they are numbers of a scale.</summary>
/// <param name="Pixels">uint8, (batch, channels, height, width).</param>
/// <param name="Labels">The classes.</param>
/// <param name="Indices">The numbers of the images in their set.</param>
/// <param name="Erasures">What is to be erased once they are.</param>
internal sealed record RawBatch(Tensor Pixels, long[] Labels, int[] Indices, IReadOnlyList<Erasure> Erasures) : IDisposable
{
    public void Dispose()
    {
        Pixels.Dispose();
        foreach (var erasure in Erasures)
            erasure.Dispose();
    }
}
