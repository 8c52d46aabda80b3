namespace Anyformer.Data.TimeSeries;

/// <summary>A series made ready for models: standardised values and the features of every step beside the original.</summary>
public sealed class ForecastingSeries
{
    private readonly float[] _values;
    private readonly float[] _marks;

    /// <summary>Standardises <paramref name="series"/> and computes the features of its steps.</summary>
    /// <exception cref="UserException">The scaler was fitted on another number of variates.</exception>
    public ForecastingSeries(TimeSeries series, StandardScaler scaler, MarkFeatures features)
    {
        if (scaler.VariateCount != series.VariateCount)
            throw new UserException(FormattableString.Invariant(
                $"The series has {series.VariateCount} variates, expected {scaler.VariateCount}, as many as the scaler was fitted on."));
        (Series, Scaler, Features) = (series, scaler, features);
        _values = new float[series.Values.Length];
        scaler.Transform(series.Values.AsSpan(), _values);
        _marks = features.Compute(series.Times.AsSpan(), series.Known.Rows(new RowRange(0, series.RowCount)));
    }

    /// <summary>The original series.</summary>
    public TimeSeries Series { get; }

    /// <summary>What standardised the values.</summary>
    public StandardScaler Scaler { get; }

    /// <summary>What made the features.</summary>
    public MarkFeatures Features { get; }

    /// <summary>Standardised values, shape (rows, variates) in row-major order; NaN where missing.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Features of the steps, shape (rows, features) in row-major order.</summary>
    public ReadOnlySpan<float> Marks => _marks;

    /// <summary>Fits the scaler on the <paramref name="train"/> rows alone and prepares the whole series.</summary>
    public static ForecastingSeries Fit(TimeSeries series, RowRange train, MarkFeatures features) =>
        new(series, StandardScaler.Fit(series.Rows(train), series.VariateCount), features);
}
