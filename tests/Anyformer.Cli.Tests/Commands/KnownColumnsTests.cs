using System.Globalization;

namespace Anyformer.Cli.Tests.Commands;

/// <summary>Columns known ahead, from training to prediction.</summary>
public sealed class KnownColumnsTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void TheForecastGoesByWhatIsKnown()
    {
        // A promotion, at hours that nobody can guess, lifts the sales by 3.
        WriteSales("series.csv", future: 0, promotion: row => row * row % 11 < 3);
        _workspace.WriteRecipe("sales", "epochs: 1");
        var trained = _workspace.Run("train", "sales.yaml", "--set", "data.known=[promotion]", "--set", "model={id: dlinear}").Succeeded();
        Assert.Contains("series.csv: 240 rows x 1 variates, a row every 1 hour, known ahead: promotion", trained.ErrorLines);

        Assert.Equal(
            "series.csv has 0 rows after the last value, expected the 6 rows of the horizon, with promotion filled in and sales left empty.",
            Predict("series.csv").Mistake());
        WriteSales("future.csv", future: 6, promotion: row => row < 240 ? row * row % 11 < 3 : row % 2 == 0);
        Predict("future.csv").Succeeded();
        var sales = File.ReadLines(_workspace["forecast.csv"]).Skip(1).Select(line => double.Parse(line.Split(',')[1], CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(6, sales.Length);
        for (var hour = 0; hour + 1 < 6; hour += 2)
            Assert.InRange(sales[hour] - sales[hour + 1], 2, 4);
    }

    [Fact]
    public void TextIsRefused()
    {
        _workspace.WriteSeries("series.csv", ["sales", "sky"], cell: (_, column) => column == "sky" ? "sunny" : null);
        _workspace.WriteRecipe("sky", "epochs: 1");
        Assert.Equal("series.csv: the known column 'sky' holds text such as 'sunny', expected numbers or true and false.",
            _workspace.Run("train", "sky.yaml", "--set", "data.known=[sky]").Mistake());
    }

    private void WriteSales(string name, int future, Func<int, bool> promotion) => _workspace.WriteSeries(
        name, ["sales", "promotion"], rows: 240 + future, cell: (row, column) => column == "promotion" ? (promotion(row) ? "true" : "false")
            : row >= 240 ? ""
            : (Math.Sin(2 * Math.PI * row / 24) + (promotion(row) ? 3 : 0)).ToString("0.0000", CultureInfo.InvariantCulture));

    private CliResult Predict(string table) =>
        _workspace.Run("predict", "runs/sales", "--data", table, "--output", "forecast.csv", "--threads", "1");
}
