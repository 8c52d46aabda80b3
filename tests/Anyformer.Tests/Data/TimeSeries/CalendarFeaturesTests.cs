using Anyformer.Data.TimeSeries;

namespace Anyformer.Tests.Data.TimeSeries;

public class CalendarFeaturesTests
{
    // A Thursday, day 366 of a leap year, in ISO week 53.
    private static readonly DateTime s_time = new(2020, 12, 31, 17, 44, 31);

    [Theory]
    [InlineData("s", new[] { 31 / 59.0, 44 / 59.0, 17 / 23.0, 3 / 6.0, 30 / 30.0, 365 / 365.0 })]
    [InlineData("t", new[] { 44 / 59.0, 17 / 23.0, 3 / 6.0, 30 / 30.0, 365 / 365.0 })]
    [InlineData("h", new[] { 17 / 23.0, 3 / 6.0, 30 / 30.0, 365 / 365.0 })]
    [InlineData("d", new[] { 3 / 6.0, 30 / 30.0, 365 / 365.0 })]
    [InlineData("b", new[] { 3 / 6.0, 30 / 30.0, 365 / 365.0 })]
    [InlineData("w", new[] { 30 / 30.0, 52 / 52.0 })]
    [InlineData("m", new[] { 11 / 11.0 })]
    public void Fractions_by_frequency(string code, double[] expected)
    {
        var features = new CalendarFeatures(TimeFrequencyCodes.Parse(code));
        Assert.Equal(expected.Length, features.Count);
        Assert.Equal(expected.Select(value => (float)(value - 0.5)), features.Compute([s_time]));
    }

    [Theory]
    [InlineData("h", new float[] { 12, 31, 3, 17 })]
    [InlineData("d", new float[] { 12, 31, 3, 17 })]
    [InlineData("t", new float[] { 12, 31, 3, 17, 2 })]
    public void Indices_by_frequency(string code, float[] expected)
    {
        Assert.Equal(expected, new CalendarFeatures(TimeFrequencyCodes.Parse(code), CalendarEncoding.Index).Compute([s_time]));
    }

    [Fact]
    public void The_first_days_of_a_year_may_belong_to_the_last_week_of_the_year_before()
    {
        var features = new CalendarFeatures(TimeFrequency.Week).Compute([new DateTime(2021, 1, 3), new DateTime(2021, 1, 4)]);
        Assert.Equal([(float)(2 / 30.0 - 0.5), 0.5f, (float)(3 / 30.0 - 0.5), -0.5f], features);
    }

    [Fact]
    public void Monday_is_the_first_day_and_every_part_begins_at_minus_one_half()
    {
        Assert.Equal([-0.5f, -0.5f, -0.5f, -0.5f, -0.5f, -0.5f], new CalendarFeatures(TimeFrequency.Second).Compute([new DateTime(2018, 1, 1)]));
    }

    [Fact]
    public void Codes_are_read_in_either_case_and_others_refused()
    {
        foreach (var frequency in Enum.GetValues<TimeFrequency>())
            Assert.Equal(frequency, TimeFrequencyCodes.Parse(frequency.Code().ToUpperInvariant()));
        var error = Assert.Throws<UserException>(() => TimeFrequencyCodes.Parse("x"));
        Assert.Equal("The frequency 'x' is unknown; expected s, t, h, d, b, w or m.", error.Message);
    }
}
