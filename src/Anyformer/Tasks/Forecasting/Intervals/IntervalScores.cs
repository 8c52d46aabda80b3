namespace Anyformer.Tasks.Forecasting.Intervals;

/// <summary>How good prediction intervals are, over known values, on the standardised scale.</summary>
/// <param name="Coverage">The share of values between their bounds.</param>
/// <param name="Width">The mean distance of the bounds.</param>
/// <param name="Score">
/// The mean interval score: the width, and for a value outside 2 / (1 - coverage) times its distance to the nearest bound. Lower is better, and
/// no interval does better than the true quantiles (Gneiting and Raftery 2007, section 6.2).
/// </param>
public sealed record IntervalScores(double Coverage, double Width, double Score);

/// <summary>Adds up what <see cref="IntervalScores"/> are made of.</summary>
internal sealed class IntervalSums(double coverage)
{
    private long _values;
    private long _covered;
    private double _width;
    private double _missed;

    public IntervalScores Scores => new((double)_covered / _values, _width / _values, (_width + 2 / (1 - coverage) * _missed) / _values);

    public void Add(ForecastBand band, float[] truth)
    {
        for (var i = 0; i < truth.Length; i++)
        {
            if (float.IsNaN(truth[i]) || float.IsNaN(band.Lower[i]))
                continue;
            var missed = Math.Max(0, Math.Max(band.Lower[i] - truth[i], truth[i] - band.Upper[i]));
            _values++;
            _covered += missed > 0 ? 0 : 1;
            _width += band.Upper[i] - band.Lower[i];
            _missed += missed;
        }
    }
}
