using Anyformer.Torch;

namespace Anyformer.Data.Images;

/// <summary>Brings levels to the scale that a model takes: (level / 255 - mean) / deviation, channel by channel.</summary>
public sealed class ImageNormalizer
{
    private readonly float[] _scale;
    private readonly float[] _shift;

    /// <summary>For images of a number of channels.</summary>
    /// <param name="normalization">Whose mean and deviation.</param>
    /// <param name="channels">1 or 3.</param>
    public ImageNormalizer(ImageNormalization normalization, int channels)
    {
        var (mean, deviation) = normalization.Of(channels);
        _scale = [.. deviation.Select(value => (float)(1 / (byte.MaxValue * value)))];
        _shift = [.. mean.Zip(deviation, (m, d) => (float)(-m / d))];
    }

    /// <summary>Levels as numbers.</summary>
    /// <param name="levels">uint8, (batch, channels, height, width).</param>
    /// <returns>float32, of the same shape and on the same device.</returns>
    public Tensor Normalize(Tensor levels)
    {
        using var scope = new TensorScope();
        return scope.Keep(levels.To(DType.Float32).MulInPlace(PerChannel(_scale, levels.Device)).AddInPlace(PerChannel(_shift, levels.Device)));
    }

    private static Tensor PerChannel(float[] numbers, Device device) => Tensor.From(numbers, numbers.Length, 1, 1).To(device);
}
