using Anyformer.Data.TimeSeries;

namespace Anyformer.Tests.Data.TimeSeries;

/// <summary>Reads tables given as text.</summary>
internal static class Tables
{
    public static TimeSeriesReading Read(string text, TimeSeriesReadOptions? options = null) =>
        TimeSeriesReader.Read(new StringReader(text), "a.csv", options);

    public static TimeSeriesReading Read(string text, FillPolicy fill) => Read(text, new TimeSeriesReadOptions { Fill = fill });

    public static string Error(string text, TimeSeriesReadOptions? options = null) =>
        Assert.Throws<UserException>(() => Read(text, options)).Message;
}
