using Anyformer.Data.TimeSeries;
using Anyformer.Testing;

namespace Anyformer.Tests.Data.TimeSeries;

/// <summary>The public files are read as they are.</summary>
public class PublishedFilesTests
{
    [SkippableFact]
    public void Weather_keeps_its_two_irregular_steps_and_tells_of_them()
    {
        var reading = TimeSeriesReader.Read(SharedFolder.Require("data/weather/weather.csv.gz"));
        Assert.Equal((52696, 21), (reading.Series.RowCount, reading.Series.VariateCount));
        Assert.Equal(new FixedStep(TimeSpan.FromMinutes(10)), reading.Series.Step);
        Assert.Equal(new DateTime(2021, 1, 1), reading.Series.Times[^1]);
        Assert.Contains(-9999, reading.Series.Values);
        Assert.Equal(
            [
                "line 19046, column 1: line 19045 has the time 2020-05-12 06:00:00 too, with the same values",
                "line 21516, column 1: from 2020-05-29 09:30:00 to 2020-05-29 11:10:00 9 rows are missing at a step of 10 minutes",
            ],
            reading.Warnings.Problems.Select(problem => problem.ToString()));
    }

    [SkippableFact]
    public void Filling_makes_weather_regular()
    {
        var options = new TimeSeriesReadOptions { Fill = FillPolicy.Linear };
        var reading = TimeSeriesReader.Read(SharedFolder.Require("data/weather/weather.csv.gz"), options);
        Assert.Equal(366 * 144, reading.Series.RowCount);
        Assert.Equal("1 duplicate row, 1 gap", reading.Repairs.Summary);
        Assert.Equal(0, reading.Warnings.Total);
    }

    [SkippableTheory]
    [InlineData("etth1/ETTh1.csv", 17420, 7, "1 hour", "2018-06-26 19:00:00", 9.56700038909912)]
    [InlineData("ettm2/ETTm2.csv.gz", 69680, 7, "15 minutes", "2018-06-26 19:45:00", 45.32699966430664)]
    [InlineData("exchange-rate/exchange_rate.csv", 7588, 8, "1 day", "2010-10-10 00:00:00", 0.692689)]
    [InlineData("national-illness/national_illness.csv", 966, 7, "7 days", "2020-06-30 00:00:00", 1509928)]
    public void Others_have_nothing_to_tell(string path, int rows, int variates, string step, string end, double last)
    {
        var (series, warnings, _) = TimeSeriesReader.Read(SharedFolder.Require($"data/{path}"));
        Assert.Equal((rows, variates, step), (series.RowCount, series.VariateCount, series.Step?.ToString()));
        Assert.Equal(end, series.Times[^1].ToString("yyyy-MM-dd HH:mm:ss"));
        Assert.Equal(("OT", last), (series.Variates[^1], series.Values[^1]));
        Assert.Equal(0, warnings.Total);
    }

    [Fact]
    public void The_flights_that_ship_are_a_regular_series()
    {
        var path = Path.Combine(SharedFolder.ProjectRoot, "datasets", "us-flights-hourly", "us-flights-hourly.csv");
        var (series, warnings, _) = TimeSeriesReader.Read(path);
        Assert.Equal((4344, 12, 24), (series.RowCount, series.VariateCount, series.Step?.SeasonLength));
        Assert.Equal([7, 28, 20, 10, 4, 6, 1, 3, 25, 3, 207, 72.71], series.Row(4343).ToArray());
        Assert.Equal(0, warnings.Total);
    }
}
