using Anyformer.Data.TimeSeries;
using Anyformer.Testing;
using FsCheck.Fluent;
using Series = Anyformer.Data.TimeSeries.TimeSeries;

namespace Anyformer.Tests.Data.TimeSeries;

public class TimeStepTests
{
    private static readonly DateTime s_monday = new(2024, 1, 1, 9, 0, 0);

    [Theory]
    [InlineData(1, 86400, "s", "1 second")]
    [InlineData(60, 1440, "t", "1 minute")]
    [InlineData(600, 144, "t", "10 minutes")]
    [InlineData(900, 96, "t", "15 minutes")]
    [InlineData(3600, 24, "h", "1 hour")]
    [InlineData(6 * 3600, 4, "h", "6 hours")]
    [InlineData(5 * 3600, 1, "h", "5 hours")]
    [InlineData(86400, 7, "d", "1 day")]
    [InlineData(2 * 86400, 1, "d", "2 days")]
    [InlineData(7 * 86400, 52, "w", "7 days")]
    [InlineData(14 * 86400, 26, "w", "14 days")]
    public void Fixed_steps_know_season_frequency_and_name(int seconds, int season, string frequency, string text)
    {
        var step = new FixedStep(TimeSpan.FromSeconds(seconds));
        Assert.Equal((season, frequency, text), (step.SeasonLength, step.Frequency.Code(), step.ToString()));
    }

    [Theory]
    [InlineData(1, 12, "1 month")]
    [InlineData(3, 4, "3 months")]
    [InlineData(12, 1, "12 months")]
    public void Month_steps_know_season_and_name(int months, int season, string text)
    {
        var step = new MonthStep(months, AtMonthEnd: false);
        Assert.Equal((season, "m", text), (step.SeasonLength, step.Frequency.Code(), step.ToString()));
    }

    [Fact]
    public void Steps_are_inferred()
    {
        Assert.Equal(new MonthStep(1, false), Infer(count => new DateTime(2020, 1, 15).AddMonths(count)));
        Assert.Equal(new MonthStep(3, false), Infer(count => new DateTime(2020, 1, 1).AddMonths(3 * count)));
        Assert.Equal(new MonthStep(12, false), Infer(count => new DateTime(2000, 1, 1).AddYears(count)));
        Assert.Equal(new MonthStep(1, true), Infer(count => new DateTime(2020, 2, 1).AddMonths(count).AddDays(-1)));
        Assert.Equal(new BusinessDayStep(), Infer(count => s_monday.AddDays(count / 5 * 7 + count % 5)));
        Assert.Equal(new FixedStep(TimeSpan.FromDays(1)), Infer(count => s_monday.AddDays(count)));
        Assert.Equal(new FixedStep(TimeSpan.FromDays(30)), Infer(count => s_monday.AddDays(30 * count)));
        Assert.Null(Infer(count => s_monday.AddDays(count * count)));
        Assert.Null(TimeStep.Infer([s_monday]));
        Assert.Null(TimeStep.Infer([]));
    }

    [Fact]
    public void Counting_undoes_adding()
    {
        var draws = from step in Gen.Elements<TimeStep>(
                        new FixedStep(TimeSpan.FromMinutes(7)), new MonthStep(1, false), new MonthStep(3, true), new BusinessDayStep())
                    from start in Gen.Choose(0, 200)
                    from count in Gen.Choose(-300, 300)
                    select (step, start, count);
        Property.Holds(draws, draw =>
        {
            var start = draw.step.Add(new DateTime(2020, 1, 31, 5, 0, 0).AddDays(-3), draw.start);
            Assert.Equal(draw.count, draw.step.CountBetween(start, draw.step.Add(start, draw.count)));
        });
    }

    [Fact]
    public void Business_days_skip_weekends()
    {
        var step = new BusinessDayStep();
        var friday = new DateTime(2024, 1, 5);
        Assert.Equal(new DateTime(2024, 1, 8), step.Add(friday, 1));
        Assert.Equal(new DateTime(2024, 1, 15), step.Add(friday, 6));
        Assert.Equal(new DateTime(2024, 1, 4), step.Add(friday, -1));
        Assert.Null(step.CountBetween(friday, friday.AddDays(1)));
        Assert.Null(step.CountBetween(friday, friday.AddHours(1)));
        Assert.Equal(5, step.SeasonLength);
    }

    [Fact]
    public void Future_times_go_on_from_the_last_row()
    {
        Assert.Equal(
            [new(2024, 2, 29), new(2024, 3, 31)],
            new Series(["a"], [new(2023, 12, 31), new(2024, 1, 31)], [1, 2]).FutureTimes(2));
        var error = Assert.Throws<UserException>(() => new Series(["a"], [s_monday], [1]).FutureTimes(2));
        Assert.Equal("The 1 times of the series have no regular step, so the times to forecast are unknown.", error.Message);
    }

    private static TimeStep? Infer(Func<int, DateTime> time) => TimeStep.Infer([.. Enumerable.Range(0, 12).Select(time)]);
}
