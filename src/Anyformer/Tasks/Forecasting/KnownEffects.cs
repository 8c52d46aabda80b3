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

    /// <summary>The effects, (variates, known columns) in float64.</summary>
    internal static Tensor Estimate(ForecastData data)
    {
        var (variates, known) = (data.Shape.Variates, data.Shape.Known);
        var squares = new double[variates * known * known];
        var products = new double[variates * known];
        var pairs = 0L;
        var rows = data.Borders.Train;
        var lag = data.Season < rows.Count ? data.Season : 1;
        for (var row = rows.Start + lag; row < rows.End; row++, pairs++)
            Add(data.Scaled, row, lag, squares, products);
        for (var i = 0; i < squares.Length; i++)
            squares[i] += i / known % known == i % known ? Ridge * pairs : 0;
        using var scope = new TensorScope();
        var solution = Functional.LinalgSolve(Tensor.From(squares, variates, known, known), Tensor.From(products, variates, known, 1));
        return scope.Keep(solution.Squeeze(-1));
    }

    private static void Add(ForecastingSeries series, int row, int lag, double[] squares, double[] products)
    {
        var (variates, marks, known) = (series.Series.VariateCount, series.Features.Count, series.Features.KnownCount);
        var now = series.Marks.Slice((row + 1) * marks - known, known);
        var before = series.Marks.Slice((row - lag + 1) * marks - known, known);
        for (var variate = 0; variate < variates; variate++)
        {
            var change = (double)series.Values[row * variates + variate] - series.Values[(row - lag) * variates + variate];
            if (double.IsNaN(change))
                continue;
            for (var i = 0; i < known; i++)
            {
                var step = (double)now[i] - before[i];
                products[variate * known + i] += step * change;
                for (var j = 0; j < known; j++)
                    squares[(variate * known + i) * known + j] += step * ((double)now[j] - before[j]);
            }
        }
    }
}
