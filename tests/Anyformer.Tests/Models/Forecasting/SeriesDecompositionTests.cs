using Anyformer.Models.Forecasting;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Models.Forecasting;

public sealed class SeriesDecompositionTests
{
    [Fact]
    public void TheTrendIsTheAverageOfTheNearestSteps() => Property.Holds(Gen.Choose(1, 20).Four(), drawn =>
    {
        using var scope = new TensorScope();
        var (half, steps, channels, batch) = drawn;
        var window = 2 * half - 1;
        var series = Tensors.Normal(1, batch, steps, channels);
        var values = series.Numbers();
        double At(int sample, int step, int channel) => values[(sample * steps + Math.Clamp(step, 0, steps - 1)) * channels + channel];
        var expected =
            from sample in Enumerable.Range(0, batch)
            from step in Enumerable.Range(0, steps)
            from channel in Enumerable.Range(0, channels)
            select Enumerable.Range(step - half + 1, window).Average(t => At(sample, t, channel));
        var (season, trend) = new SeriesDecomposition(window).Split(series);
        Tensors.AssertClose([.. expected], trend, 1e-5);
        Tensors.AssertClose(series, season + trend, 1e-6);
    }, runs: 30);

    [Fact]
    public void AWindowOfOneStepLeavesNoSeason()
    {
        using var scope = new TensorScope();
        var series = Tensors.Normal(1, 2, 5, 3);
        var (season, trend) = new SeriesDecomposition(1).Split(series);
        Tensors.AssertSame(series, trend);
        Assert.All(season.Numbers(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void GradientsAreSlopes() => GradientCheck.Assert(
        inputs =>
        {
            var (season, trend) = new SeriesDecomposition(5).Split(inputs[0]);
            return season.Sin() + trend.Square();
        },
        Tensors.Normal64(1, 2, 7, 3));

    [Theory]
    [InlineData(24)]
    [InlineData(0)]
    [InlineData(-3)]
    public void AWindowHasAMiddle(int window) => Assert.Equal(
        $"The window of a moving average must be an odd number of steps, found {window}.",
        Assert.Throws<UserException>(() => new SeriesDecomposition(window)).Message);
}
