namespace Anyformer.Comparison;

/// <summary>The mean of a figure over seeds and its spread.</summary>
/// <param name="Mean">The arithmetic mean; NaN when there is no value, or when one of them is NaN.</param>
/// <param name="StandardDeviation">The sample standard deviation (divisor n - 1); NaN when there are fewer than two values.</param>
/// <param name="Count">How many values there are.</param>
public readonly record struct Statistic(double Mean, double StandardDeviation, int Count)
{
    /// <summary>The statistic of <paramref name="values"/>.</summary>
    public static Statistic Of(IEnumerable<double> values)
    {
        var sample = values.ToArray();
        if (sample.Length == 0)
            return new(double.NaN, double.NaN, 0);
        var mean = sample.Average();
        var squares = sample.Sum(value => (value - mean) * (value - mean));
        return new(mean, sample.Length > 1 ? Math.Sqrt(squares / (sample.Length - 1)) : double.NaN, sample.Length);
    }
}
