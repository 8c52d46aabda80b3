using Anyformer.Data.TimeSeries;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting;

/// <summary>
/// What columns known ahead do to the series: least squares between their changes and those of the series over a season on the training rows,
/// standardised. Changes over a season, since a trend or a season in both would be taken for an effect.
/// </summary>
internal static class KnownEffects
{
    /// <summary>Of the mean square: what is added to each column's own, so that columns that do not change have no effect.</summary>
    private const double Ridge = 1e-3;

    private const int ChunkRows = 4096;

    /// <summary>The effects, (variates, known columns) in float64.</summary>
    internal static Tensor Estimate(ForecastData data)
    {
        var (variates, known) = (data.Shape.Variates, data.Shape.Known);
        var squares = new double[variates * known * known];
        var products = new double[variates * known];
        var pairs = data.Series.Sum(series => Add(series, data.Season < series.Train.Count ? data.Season : 1, squares, products));
        for (var i = 0; i < squares.Length; i++)
            squares[i] += i / known % known == i % known ? Ridge * pairs : 0;
        using var scope = new TensorScope();
        var solution = Functional.LinalgSolve(Tensor.From(squares, variates, known, known), Tensor.From(products, variates, known, 1));
        return scope.Keep(solution.Squeeze(-1));
    }

    /// <summary>Adds what the training rows of a series tell; returns how many pairs of rows those are.</summary>
    private static long Add(ForecastingSeries series, int lag, double[] squares, double[] products)
    {
        var (variates, marks) = (series.Series.VariateCount, series.Features.Count);
        var (values, features) = (new float[(lag + ChunkRows) * variates], new float[(lag + ChunkRows) * marks]);
        for (var row = series.Train.Start + lag; row < series.Train.End; row += ChunkRows)
        {
            var rows = Math.Min(ChunkRows, series.Train.End - row);
            series.CopyValues(row - lag, values.AsSpan(0, (lag + rows) * variates));
            series.CopyMarks(row - lag, features.AsSpan(0, (lag + rows) * marks));
            for (var i = 0; i < rows; i++)
                Add(Change(values, variates, i, lag), Change(features, marks, i, lag)[^series.Features.KnownCount..], squares, products);
        }
        return Math.Max(0, series.Train.Count - lag);
    }

    /// <summary>How the values of a row differ from those of an earlier one.</summary>
    private static double[] Change(float[] values, int width, int row, int lag) =>
        [.. Enumerable.Range(0, width).Select(i => (double)values[(row + lag) * width + i] - values[row * width + i])];

    private static void Add(double[] changes, double[] steps, double[] squares, double[] products)
    {
        for (var variate = 0; variate < changes.Length; variate++)
        {
            if (double.IsNaN(changes[variate]))
                continue;
            for (var i = 0; i < steps.Length; i++)
            {
                products[variate * steps.Length + i] += steps[i] * changes[variate];
                for (var j = 0; j < steps.Length; j++)
                    squares[(variate * steps.Length + i) * steps.Length + j] += steps[i] * steps[j];
            }
        }
    }
}
