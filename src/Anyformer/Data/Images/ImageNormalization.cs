using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Anyformer.Data.Images;

/// <summary>Means and standard deviations of the levels of well-known data, as levels from 0 to 1.</summary>
public enum ImageNormalization
{
    /// <summary>Of ImageNet.</summary>
    [JsonStringEnumMemberName("imagenet")]
    ImageNet,

    /// <summary>A half and a half: levels go from -1 to 1, as in Inception and the first vision Transformers.</summary>
    Inception,

    /// <summary>Of CIFAR-10.</summary>
    Cifar10,

    /// <summary>Of MNIST.</summary>
    Mnist,

    /// <summary>Levels stay from 0 to 1.</summary>
    None,
}

/// <summary>The numbers of <see cref="ImageNormalization"/>.</summary>
public static class ImageNormalizations
{
    /// <summary>
    /// Mean and deviation of every channel. Those of colours are averaged for grey levels, those of grey levels hold for each colour.
    /// </summary>
    /// <param name="normalization">Which.</param>
    /// <param name="channels">1 or 3.</param>
    public static (ImmutableArray<double> Mean, ImmutableArray<double> Deviation) Of(this ImageNormalization normalization, int channels)
    {
        var (mean, deviation) = Known(normalization);
        return (Fit(mean, channels), Fit(deviation, channels));
    }

    private static (double[] Mean, double[] Deviation) Known(ImageNormalization normalization) => normalization switch
    {
        ImageNormalization.ImageNet => ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ImageNormalization.Inception => ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
        ImageNormalization.Cifar10 => ([0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]),
        ImageNormalization.Mnist => ([0.1307], [0.3081]),
        _ => ([0], [1]),
    };

    private static ImmutableArray<double> Fit(double[] numbers, int channels) =>
        numbers.Length == channels ? [.. numbers] : [.. Enumerable.Repeat(numbers.Average(), channels)];
}
