using System.Globalization;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Forecasting;

public sealed class KnownEffectsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EffectsAreFoundUnderSeasonAndTrend()
    {
        var data = Load(row => (3 * Price(row) - 2 * Sale(row) + 5 * Math.Sin(2 * Math.PI * row / 24) + 0.01 * row, 7 * Sale(row)));
        using var scope = new TensorScope();
        var (scaler, known) = (data.Series[0].Scaler, data.Features.KnownScaler!);
        double Original(double effect, int variate, int column) => effect * scaler.Deviation[variate] / known.Deviation[column];
        var effects = KnownEffects.Estimate(data).Numbers();
        Assert.Equal([3, -2, 0, 7], effects.Select((effect, i) => Original(effect, i / 2, i % 2)), (a, b) => Math.Abs(a - b) < 0.02);
    }

    [Fact]
    public void AColumnThatNeverChangesHasNone()
    {
        using var scope = new TensorScope();
        var data = Load(row => (Price(row), row), section => section with { Known = ["sale", "never"] });
        Assert.Equal([0, 0], KnownEffects.Estimate(data).Numbers().Where((_, i) => i % 2 == 1));
    }

    private static double Price(int row) => row * row % 7;

    private static double Sale(int row) => row / 5 % 3 == 1 ? 1 : 0;

    private ForecastData Load(Func<int, (double A, double B)> values, Func<ForecastDataSection, ForecastDataSection>? change = null)
    {
        var lines = from row in Enumerable.Range(0, 400)
                    let pair = values(row)
                    select string.Create(CultureInfo.InvariantCulture,
                        $"{new DateTime(2024, 1, 1).AddHours(row):s},{Price(row)},{(Sale(row) > 0 ? "true" : "false")},1,{pair.A},{pair.B}");
        File.WriteAllLines(_folder["t.csv"], lines.Prepend("date,price,sale,never,a,b"));
        return WaveTable.Load(_folder["t.csv"], section =>
            (change ?? (unchanged => unchanged))(section with { Known = ["price", "sale"], Columns = ["a", "b"] }));
    }
}
