using System.Collections.Immutable;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Standardises every variate: (value - mean) / deviation, with the population deviation (divided by n), in float64. A variate that
/// does not vary counts as having deviation 1. Missing values, NaN, stay missing and do not count. The state is two arrays, so that it can travel with a checkpoint.
/// </summary>
/// <param name="mean">Mean of every variate.</param>
/// <param name="deviation">What every variate is divided by; above zero.</param>
public sealed class StandardScaler(ImmutableArray<double> mean, ImmutableArray<double> deviation)
{
    /// <summary>Mean of every variate, shape (variates).</summary>
    public ImmutableArray<double> Mean { get; } = mean.All(double.IsFinite)
        ? mean
        : throw new ArgumentException("every mean must be finite", nameof(mean));

    /// <summary>What every variate is divided by, shape (variates).</summary>
    public ImmutableArray<double> Deviation { get; } = deviation.Length == mean.Length && deviation.All(IsFiniteAboveZero)
        ? deviation
        : throw new ArgumentException($"expected {mean.Length} finite deviations above zero", nameof(deviation));

    /// <summary>Columns that the scaler was fitted on.</summary>
    public int VariateCount => Mean.Length;

    /// <summary>Leaves everything as it is.</summary>
    public static StandardScaler Identity(int variateCount) =>
        new([.. new double[variateCount]], [.. Enumerable.Repeat(1.0, variateCount)]);

    /// <summary>Fits mean and deviation on the rows given: the train rows. A variate of which nothing is there gets 0 and 1.</summary>
    /// <param name="values">Shape (rows, variates) in row-major order, at least one row.</param>
    /// <param name="variateCount">Columns.</param>
    /// <exception cref="ArgumentException">There is no row, or the values do not fill whole rows.</exception>
    public static StandardScaler Fit(ReadOnlySpan<double> values, int variateCount)
    {
        if (variateCount < 1 || values.IsEmpty || values.Length % variateCount != 0)
            throw new ArgumentException($"{values.Length} values do not fill rows of {variateCount} variates", nameof(values));
        var moments = new Moments(variateCount);
        moments.AddSums(values);
        moments.EndSums();
        moments.AddSquares(values);
        return moments.ToScaler();
    }

    /// <summary>The same for rows that are shown some at a time, and twice.</summary>
    /// <param name="variateCount">Columns.</param>
    /// <param name="visit">Shows all rows to what it is given, whole ones, in the same order each time.</param>
    public static StandardScaler Fit(int variateCount, Action<Action<ReadOnlySpan<double>>> visit)
    {
        var moments = new Moments(variateCount);
        visit(moments.AddSums);
        moments.EndSums();
        visit(moments.AddSquares);
        return moments.ToScaler();
    }

    /// <summary>Standardises whole rows; both spans have the shape (rows, variates).</summary>
    public void Transform(ReadOnlySpan<double> values, Span<float> standardised)
    {
        RequireRows(values.Length, standardised.Length);
        for (int i = 0, column = 0; i < values.Length; i++, column = column + 1 == VariateCount ? 0 : column + 1)
            standardised[i] = Transform(values[i], column);
    }

    /// <summary>Takes standardised rows back to the original scale; both spans have the shape (rows, variates).</summary>
    public void Inverse(ReadOnlySpan<float> standardised, Span<double> values)
    {
        RequireRows(standardised.Length, values.Length);
        for (int i = 0, column = 0; i < values.Length; i++, column = column + 1 == VariateCount ? 0 : column + 1)
            values[i] = Inverse(standardised[i], column);
    }

    internal float Transform(double value, int column) => (float)((value - Mean[column]) / Deviation[column]);

    internal double Inverse(float standardised, int column) => standardised * Deviation[column] + Mean[column];

    private static bool IsFiniteAboveZero(double value) => value > 0 && double.IsFinite(value);

    private void RequireRows(int from, int to)
    {
        if (from != to || from % VariateCount != 0)
            throw new ArgumentException($"{from} and {to} values are not the same whole rows of {VariateCount} variates");
    }

    /// <summary>Adds up what mean and deviation are made of, in two rounds over the same rows.</summary>
    private sealed class Moments(int columns)
    {
        private readonly double[] _mean = new double[columns];
        private readonly double[] _squares = new double[columns];
        private readonly long[] _counts = new long[columns];

        public void AddSums(ReadOnlySpan<double> values)
        {
            for (int i = 0, column = 0; i < values.Length; i++, column = column + 1 == columns ? 0 : column + 1)
                if (!double.IsNaN(values[i]))
                {
                    _mean[column] += values[i];
                    _counts[column]++;
                }
        }

        public void EndSums()
        {
            for (var column = 0; column < columns; column++)
                _mean[column] /= Math.Max(1, _counts[column]);
        }

        public void AddSquares(ReadOnlySpan<double> values)
        {
            for (int i = 0, column = 0; i < values.Length; i++, column = column + 1 == columns ? 0 : column + 1)
                if (!double.IsNaN(values[i]))
                    _squares[column] += (values[i] - _mean[column]) * (values[i] - _mean[column]);
        }

        public StandardScaler ToScaler() => new([.. _mean], [.. Enumerable.Range(0, columns).Select(Deviation)]);

        // A constant column's variance is rounding noise rather than zero; the bound is that of the two-pass sum, as in scikit-learn.
        private double Deviation(int column)
        {
            const double epsilon = 2.220446049250313e-16;
            var variance = _squares[column] / Math.Max(1, _counts[column]);
            var drift = _counts[column] * _mean[column] * epsilon;
            return variance <= _counts[column] * epsilon * variance + drift * drift ? 1 : Math.Sqrt(variance);
        }
    }
}
