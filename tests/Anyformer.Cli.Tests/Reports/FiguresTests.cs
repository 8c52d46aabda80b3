using Anyformer.Cli.Reports;
using Anyformer.Comparison;

namespace Anyformer.Cli.Tests.Reports;

public class FiguresTests
{
    [Theory]
    [InlineData(0.2310049, "0.2310")]
    [InlineData(12.3456, "12.35")]
    [InlineData(12345.6, "12,346")]
    [InlineData(1.2345e-7, "1.235e-07")]
    [InlineData(0, "0.000")]
    [InlineData(double.NaN, "–")]
    [InlineData(double.PositiveInfinity, "–")]
    public void AnErrorHasFourSignificantDigits(double value, string text) => Assert.Equal(text, Figures.Error(value));

    [Theory]
    [InlineData(0.231, 0.004, "0.2310 ± 0.0040")]
    [InlineData(12345, 17.4, "12,345 ± 17")]
    [InlineData(0.231, double.NaN, "0.2310")]
    [InlineData(1.5e-6, 2.5e-8, "1.500e-06 ± 2.500e-08")]
    public void ASpreadHasTheDecimalsOfItsMean(double mean, double deviation, string text) =>
        Assert.Equal(text, Figures.ErrorWithSpread(new Statistic(mean, deviation, 3)));

    [Theory]
    [InlineData(523, "523")]
    [InlineData(12_345, "12.3 k")]
    [InlineData(999.7, "1.00 k")]
    [InlineData(1_234_567, "1.23 M")]
    [InlineData(double.NaN, "–")]
    public void CountsAreScaled(double value, string text) => Assert.Equal(text, Figures.Count(value));

    [Theory]
    [InlineData(512, "512 B")]
    [InlineData(327_155_712, "312 MiB")]
    [InlineData(1.5 * 1024 * 1024 * 1024, "1.50 GiB")]
    public void BytesAreBinary(double value, string text) => Assert.Equal(text, Figures.Bytes(value));

    [Theory]
    [InlineData(0.4213, "0.421 s")]
    [InlineData(59.6, "1m 00s")]
    [InlineData(204, "3m 24s")]
    [InlineData(7530, "2h 05m")]
    public void DurationsReadNaturally(double seconds, string text) => Assert.Equal(text, Figures.Duration(seconds));
}
