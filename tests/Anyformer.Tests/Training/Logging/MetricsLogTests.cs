using Anyformer.Testing;
using Anyformer.Training.Logging;
using FsCheck.Fluent;

namespace Anyformer.Tests.Training.Logging;

public sealed class MetricsLogTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void LinesAreFlatJson()
    {
        using var log = MetricsLog.Open(_path);
        log.Append(Entry(10, ("train/loss", 0.25), ("rate", 1e-4)));
        log.Append(Entry(20, ("train/loss", double.NaN), ("norm", double.PositiveInfinity)));
        Assert.Equal(
            "{\"step\":10,\"epoch\":1,\"train/loss\":0.25,\"rate\":0.0001}\n"
            + "{\"step\":20,\"epoch\":2,\"train/loss\":\"NaN\",\"norm\":\"Infinity\"}\n", Text());
        Assert.True(double.IsNaN(MetricsLog.Read(_path)[1].Metrics["train/loss"]));
    }

    [Fact]
    public void ResumingDropsLaterLines()
    {
        using (var log = MetricsLog.Open(_path))
            foreach (var step in new[] { 10, 20, 20, 30, 40 })
                log.Append(Entry(step));
        using (var log = MetricsLog.Resume(_path, 20, int.MaxValue))
            log.Append(Entry(25));
        Assert.Equal([10, 20, 20, 25], Steps());
        using (var log = MetricsLog.Resume(_path, 5, int.MaxValue))
            log.Append(Entry(1));
        Assert.Equal([1], Steps());
    }

    [Fact]
    public void ATornLastLineIsDroppedWhereverItIsTorn()
    {
        using (var log = MetricsLog.Open(_path))
        {
            log.Append(Entry(10, ("loss", 1.5)));
            log.Append(Entry(20, ("loss", -2e-300)));
        }
        var whole = File.ReadAllBytes(_path);
        var first = Array.IndexOf(whole, (byte)'\n') + 1;
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            long[] expected = length == whole.Length ? [10, 20] : length >= first ? [10] : [];
            Assert.Equal(expected, Steps());
            using (var log = MetricsLog.Open(_path))
                log.Append(Entry(99));
            Assert.Equal([.. expected, 99], Steps());
        }
    }

    [Theory]
    [InlineData("{\"step\":1,\"epoch\":0}\nnotes\n{\"step\":2,\"epoch\":0}\n", 2)]
    [InlineData("my notes", 1)]
    [InlineData("{\"step\":1}\n", 1)]
    [InlineData("{\"step\":1,\"epoch\":0,\"loss\":[1]}\n", 1)]
    [InlineData("{\"step\":1,\"epoch\":0,\"loss\":1,\"loss\":2}\n", 1)]
    [InlineData("[1]\n", 1)]
    public void AnotherFileIsRefusedAndLeftAlone(string text, int line)
    {
        File.WriteAllText(_path, text);
        Assert.Equal(
            $"Line {line} of '{_path}' is not a line of a metrics log.", Assert.Throws<UserException>(() => MetricsLog.Open(_path)).Message);
        Assert.Equal(text, File.ReadAllText(_path));
    }

    [Fact]
    public void AMetricMayNotTakeTheNameOfTheStep()
    {
        using var log = MetricsLog.Open(_path);
        Assert.Throws<ArgumentException>(() => log.Append(Entry(1, ("step", 2))));
        Assert.Equal("", Text());
    }

    [Fact]
    public void AMissingLogIsNamed() =>
        Assert.Equal("There is no metrics log 'none.jsonl'.", Assert.Throws<UserException>(() => MetricsLog.Read("none.jsonl")).Message);

    [Fact]
    public void AnyValueSurvives() => Property.Holds(Gen.Choose(int.MinValue, int.MaxValue).Two(), drawn =>
    {
        var value = BitConverter.Int64BitsToDouble(((long)drawn.Item1 << 32) ^ (uint)drawn.Item2);
        var entry = MetricsEntry.FromLine(Entry(1, ("loss", value)).ToLine());
        Assert.Equal(value, entry!.Metrics["loss"]);
    }, runs: 500);

    private static MetricsEntry Entry(long step, params (string Name, double Value)[] metrics) =>
        new(step, (int)(step / 10), metrics.ToDictionary(metric => metric.Name, metric => metric.Value));

    private IEnumerable<long> Steps() => MetricsLog.Read(_path).Select(entry => entry.Step);

    private string Text()
    {
        using var reader = new StreamReader(new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}
