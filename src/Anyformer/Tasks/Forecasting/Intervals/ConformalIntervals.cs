using Anyformer.Checkpoints;
using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting.Intervals;

/// <summary>
/// Prediction intervals by split conformal prediction (Vovk, Gammerman and Shafer 2005; for quantiles Romano, Patterson and Candès, NeurIPS 2019,
/// arXiv 1905.03222): how far the truth lay outside a model's own bounds on the validation windows gives, for each step ahead and each variate,
/// the margin by which to widen them so that the wanted share is covered. Margins are in units of each window's own difficulty (locally weighted
/// scores: Lei, G'Sell, Rinaldo, Tibshirani and Wasserman 2018, section 5.2), so that they grow with the unrest of the series. No assumption
/// about the model or the noise is needed; that the future is like the validation rows, but for its unrest, is.
/// </summary>
public sealed class ConformalIntervals
{
    private const string CoverageKey = "coverage";
    private const string MarginsName = "margins";
    private const int EnoughWindows = 2000;
    private const int MostValues = 1 << 26;

    private readonly float[] _margins;
    private readonly int _variates;

    private ConformalIntervals(double coverage, float[] margins, int variates) => (Coverage, _margins, _variates) = (coverage, margins, variates);

    /// <summary>The share of values that the intervals are made to cover.</summary>
    public double Coverage { get; }

    /// <summary>Takes the margins from windows that the model did not learn from.</summary>
    /// <param name="model">The trained model.</param>
    /// <param name="evaluator">Gives the windows and what came; spread evenly, two thousand are enough.</param>
    /// <param name="coverage">The share of values to cover, between 0 and 1.</param>
    public static ConformalIntervals Calibrate(Forecaster model, ForecastEvaluator evaluator, double coverage)
    {
        var cells = evaluator.ValuesPerWindow;
        var intervals = new ConformalIntervals(coverage, new float[cells], evaluator.Variates);
        var count = Math.Min(evaluator.WindowCount, Math.Clamp(MostValues / cells, 1, EnoughWindows));
        var scores = new List<float>[cells];
        for (var cell = 0; cell < cells; cell++)
            scores[cell] = new List<float>(count);
        foreach (var (band, truth) in evaluator.Bands(model, coverage, count))
            intervals.AddScores(scores, band, truth);
        for (var cell = 0; cell < cells; cell++)
            intervals._margins[cell] = Quantile(scores[cell], coverage);
        return intervals;
    }

    /// <summary>The band, widened by the margins.</summary>
    public ForecastBand Widen(ForecastBand band)
    {
        var (lower, upper) = ((float[])band.Lower.Clone(), (float[])band.Upper.Clone());
        for (var i = 0; i < lower.Length; i++)
        {
            // Quantiles that covered too much have negative margins; the forecast itself stays between the bounds.
            var margin = _margins[i % _margins.Length] * DifficultyAt(band, i);
            (lower[i], upper[i]) = (Math.Min(lower[i] - margin, band.Point[i]), Math.Max(upper[i] + margin, band.Point[i]));
        }

        return band with { Lower = lower, Upper = upper };
    }

    /// <summary>The share of the values of an evaluation that lie in their intervals, how wide these are, and their interval score.</summary>
    public IntervalScores Measure(Forecaster model, ForecastEvaluator evaluator)
    {
        var sums = new IntervalSums(Coverage);
        foreach (var (band, truth) in evaluator.Bands(model, Coverage, evaluator.WindowCount))
            sums.Add(Widen(band), truth);
        return sums.Scores;
    }

    /// <summary>Writes the margins, beside and renamed.</summary>
    public void Save(string path)
    {
        using var scope = new TensorScope();
        var margins = Tensor.From(_margins, _margins.Length / _variates, _variates);
        Safetensors.Save(path, new Dictionary<string, Tensor> { [MarginsName] = margins }, new Dictionary<string, string>
        {
            [CoverageKey] = Coverage.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        });
    }

    /// <summary>Reads what <see cref="Save"/> wrote, for a model of a shape.</summary>
    /// <exception cref="UserException">The file is malformed or belongs to another shape.</exception>
    public static ConformalIntervals Load(string path, ForecastShape shape)
    {
        using var scope = new TensorScope();
        var tensors = Safetensors.Load(path, out var metadata);
        if (!tensors.TryGetValue(MarginsName, out var margins) || !margins.Shape.SequenceEqual([shape.Horizon, shape.Variates])
            || !metadata.TryGetValue(CoverageKey, out var text)
            || !double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var coverage))
            throw new UserException($"The file {path} holds no prediction intervals for {shape.Horizon} steps of {shape.Variates} variates.");
        return new ConformalIntervals(coverage, margins.ToArray<float>(), shape.Variates);
    }

    private void AddScores(List<float>[] scores, ForecastBand band, float[] truth)
    {
        for (var i = 0; i < truth.Length; i++)
            if (!float.IsNaN(truth[i]))
                scores[i % scores.Length].Add(Math.Max(band.Lower[i] - truth[i], truth[i] - band.Upper[i]) / DifficultyAt(band, i));
    }

    /// <summary>The difficulty of the window and variate of a value.</summary>
    private float DifficultyAt(ForecastBand band, int value) =>
        band.Difficulty[value / _margins.Length * _variates + value % _variates];

    /// <summary>The score that a new one exceeds with a probability of at most 1 - coverage: of n, the one at ceil((n + 1) coverage).</summary>
    private static float Quantile(List<float> scores, double coverage)
    {
        if (scores.Count == 0)
            return float.NaN;
        scores.Sort();
        return scores[Math.Min(scores.Count, (int)Math.Ceiling((scores.Count + 1) * coverage)) - 1];
    }
}
