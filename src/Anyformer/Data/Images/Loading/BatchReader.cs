using Anyformer.Data.Images.Files;
using Anyformer.Data.Images.Sets;
using Anyformer.Data.Images.Transforms;
using Anyformer.Torch;

namespace Anyformer.Data.Images.Loading;

/// <summary>What a worker does: reads the images of a batch, varies each and lays them side by side.</summary>
/// <param name="set">The images.</param>
/// <param name="transform">What each goes through.</param>
/// <param name="erasing">What is erased of them.</param>
/// <param name="size">Height and width of what comes out.</param>
/// <param name="strict">Whether a broken image stops the work.</param>
internal sealed class BatchReader(ImageSet set, ImageTransform transform, RandomErasing erasing, int size, bool strict)
{
    /// <summary>The images that were left out because they cannot be decoded.</summary>
    internal BrokenImages Broken { get; } = new();

    /// <summary>Reads a batch; it belongs to the caller.</summary>
    /// <param name="indices">The numbers of the images in their set.</param>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="epoch">The epoch.</param>
    /// <exception cref="UserException">An image cannot be read, or none can be decoded.</exception>
    internal RawBatch Read(ReadOnlySpan<int> indices, long seed, int epoch)
    {
        using var scope = new TensorScope();
        var pixels = Functional.Empty([indices.Length, set.Channels, size, size], DType.UInt8);
        var (filled, erasures) = (new List<int>(indices.Length), new List<Erasure>());
        foreach (var index in indices)
        {
            var random = new ImageRandom(seed, epoch, index);
            if (!TryRead(index, pixels.Select(0, filled.Count), random))
                continue;
            if (erasing.Draw(filled.Count, set.Channels, size, random) is { } erasure)
                erasures.Add(erasure with { Noise = scope.Keep(erasure.Noise) });
            filled.Add(index);
        }

        if (filled.Count == 0)
            throw new UserException($"None of the {indices.Length} images of a batch can be decoded: {Broken.Messages[0]}");
        var kept = filled.Count == indices.Length ? pixels : pixels[..filled.Count];
        return new RawBatch(scope.Keep(kept), [.. filled.Select(index => (long)set.Label(index))], [.. filled], erasures);
    }

    private bool TryRead(int index, Tensor place, ImageRandom random)
    {
        if (Broken.Contains(index))
            return false;
        using var scope = new TensorScope();
        try
        {
            place.CopyInPlace(transform.Apply(set.Read(index), random));
            return true;
        }
        catch (BrokenImageException problem) when (!strict)
        {
            Broken.Add(index, problem);
            return false;
        }
    }
}
