using Anyformer.Data.Sequences;

namespace Anyformer.Data.Images.Transforms;

/// <summary>
/// The random numbers of one image in one epoch, the same ones whoever reads the image, and when. They are fixed for good by seed, epoch and number.
/// </summary>
/// <param name="seed">The seed of the run.</param>
/// <param name="epoch">The epoch.</param>
/// <param name="index">The number of the image in its set.</param>
public sealed class ImageRandom(long seed, int epoch, int index)
{
    private readonly SplitMix _numbers = new(seed, ((long)epoch << 32) | (uint)index);

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => _numbers.NextDouble();

    /// <summary>Uniform in [from, to).</summary>
    public double Uniform(double from, double to) => from + (to - from) * Uniform();

    /// <summary>Uniform in 0 .. count - 1.</summary>
    public int Integer(int count) => _numbers.Next(count);

    /// <summary>True with a probability.</summary>
    public bool Chance(double probability) => Uniform() < probability;

    /// <summary>Standard normal (Box and Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>The numbers 0 .. count - 1 in random order.</summary>
    public int[] Permutation(int count) => _numbers.Permutation(count);

    /// <summary>Of the Beta distribution with both parameters <paramref name="alpha"/>.</summary>
    public double Beta(double alpha)
    {
        var (first, second) = (Gamma(alpha), Gamma(alpha));
        return first + second > 0 ? first / (first + second) : 0.5;
    }

    /// <summary>Of the Gamma distribution of scale 1 (Marsaglia and Tsang 2000).</summary>
    private double Gamma(double shape)
    {
        if (shape < 1)
            return Gamma(shape + 1) * Math.Pow(1 - Uniform(), 1 / shape);
        var d = shape - 1.0 / 3;
        while (true)
        {
            var x = Normal();
            var v = Math.Pow(1 + x / Math.Sqrt(9 * d), 3);
            if (v > 0 && Math.Log(1 - Uniform()) < 0.5 * x * x + d - d * v + d * Math.Log(v))
                return d * v;
        }
    }
}
