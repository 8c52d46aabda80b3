using Anyformer.Torch;

namespace Anyformer.Data.Images.Transforms;

/// <summary>
/// Replaces a random rectangle by standard normal noise (Zhong et al., AAAI 2020), with timm's ranges and its mode <c>pixel</c>. It belongs behind the
/// normalisation, so that it is drawn with the image and done in the batch.
/// </summary>
/// <param name="probability">Of an image.</param>
internal sealed class RandomErasing(double probability)
{
    private const int Tries = 10;
    private const double SmallestArea = 0.02, LargestArea = 1.0 / 3, LowestAspect = 0.3;

    /// <summary>A rectangle of an image and its noise; null when this image is left as it is.</summary>
    internal Erasure? Draw(int place, long channels, int size, ImageRandom random)
    {
        if (!random.Chance(probability))
            return null;
        for (var i = 0; i < Tries; i++)
        {
            var area = random.Uniform(SmallestArea, LargestArea) * size * size;
            var aspect = Math.Exp(random.Uniform(Math.Log(LowestAspect), -Math.Log(LowestAspect)));
            var (height, width) = ((int)Math.Round(Math.Sqrt(area * aspect)), (int)Math.Round(Math.Sqrt(area / aspect)));
            if (height is 0 || width is 0 || height >= size || width >= size)
                continue;
            var (top, left) = (random.Integer(size - height + 1), random.Integer(size - width + 1));
            using var generator = new Generator(random.Integer(int.MaxValue));
            return new Erasure(place, top, left, Functional.Randn([channels, height, width], generator));
        }

        return null;
    }
}

/// <summary>What stands where an image was erased.</summary>
/// <param name="Place">The image in its batch.</param>
/// <param name="Top">The first row.</param>
/// <param name="Left">The first column.</param>
/// <param name="Noise">float32, (channels, height, width).</param>
internal sealed record Erasure(int Place, int Top, int Left, Tensor Noise) : IDisposable
{
    public void Dispose() => Noise.Dispose();

    /// <summary>Erases.</summary>
    /// <param name="images">float32, (batch, channels, height, width), normalised; changed.</param>
    internal void Apply(Tensor images)
    {
        var shape = Noise.Shape;
        images.Select(0, Place).Narrow(1, Top, shape[1]).Narrow(2, Left, shape[2]).CopyInPlace(Noise);
    }
}
