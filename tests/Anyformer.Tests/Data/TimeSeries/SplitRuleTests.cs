using Anyformer.Data.TimeSeries;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Data.TimeSeries;

public class SplitRuleTests
{
    private static readonly WindowShape s_shape = new(96, 192, 48);

    [Fact]
    public void The_borders_of_the_papers()
    {
        Assert.Equal(
            new SplitBorders(new(0, 8640), new(8640 - 96, 11520), new(11520 - 96, 14400)), SplitRule.EttHour.Borders(17420, s_shape));
        Assert.Equal(
            new SplitBorders(new(0, 34560), new(34560 - 96, 46080), new(46080 - 96, 57600)), SplitRule.EttMinute.Borders(69680, s_shape));
        Assert.Equal(
            new SplitBorders(new(0, 5311), new(5311 - 96, 6071), new(6071 - 96, 7588)), SplitRule.Default.Borders(7588, s_shape));
        Assert.Equal((36887, 5270, 10539), SplitRule.Default.Sizes(52696));
        Assert.Equal((676, 97, 193), SplitRule.Default.Sizes(966));
    }

    [Theory]
    [InlineData("ett-hour")]
    [InlineData("ett-minute")]
    [InlineData("0.7/0.1/0.2")]
    [InlineData("0.6/0.2/0.2")]
    [InlineData("300/100/1")]
    [InlineData("rest/24/12")]
    public void Rules_have_names(string text) => Assert.Equal(text, SplitRule.Parse(text).ToString());

    [Fact]
    public void Named_rules_are_the_rules()
    {
        Assert.Equal(SplitRule.EttHour, SplitRule.Parse("ett-hour"));
        Assert.Equal(SplitRule.Default, SplitRule.Parse("0.7/0.1/0.2"));
        Assert.Equal(SplitRule.EttHour, SplitRule.Parse("8640/2880/2880"));
        Assert.Equal(new RatioSplit(0.999998, 1e-6, 1e-6), SplitRule.Parse(new RatioSplit(0.999998, 1e-6, 1e-6).ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("half")]
    [InlineData("0.7/a/0.2")]
    [InlineData("0.7/0.2/0.2")]
    [InlineData("0.8/0/0.2")]
    [InlineData("NaN/0.8/0.2")]
    [InlineData("300/100")]
    [InlineData("300/100/0")]
    [InlineData("300/100/-1")]
    [InlineData("99999999999/1/1")]
    [InlineData("rest/0.1/0.2")]
    [InlineData("rest/24")]
    public void Rules_that_are_none_are_refused(string? text) => Assert.False(SplitRule.TryParse(text, null, out _));

    [Fact]
    public void Shares_that_are_none_are_refused() => Assert.Equal(
        "The split 0.8/0/0.2 is not possible, expected three shares above 0 that sum to 1.",
        Assert.Throws<UserException>(() => new RatioSplit(0.8, 0, 0.2)).Message);

    [Theory]
    [InlineData("ett-hour", 14399, "The series has 14399 rows, expected at least 14400 for the split ett-hour.")]
    [InlineData("0.7/0.1/0.2", 410, "The train part has 287 rows, expected at least 288 for look-back 96 and horizon 192.")]
    [InlineData("0.7/0.1/0.2", 1900, "The validation part has 190 rows, expected at least 192 for horizon 192.")]
    [InlineData("0.7/0.2/0.1", 1910, "The test part has 191 rows, expected at least 192 for horizon 192.")]
    public void Short_series_are_refused(string rule, int rows, string message) =>
        Assert.Equal(message, Assert.Throws<UserException>(() => SplitRule.Parse(rule).Borders(rows, s_shape)).Message);

    [Fact]
    public void The_last_rows_can_be_held_back()
    {
        Assert.Equal((76, 18, 6), new TailSplit(18, 6).Sizes(100));
        Assert.Equal((0, 4, 6), new TailSplit(18, 6).Sizes(10));
        Assert.Equal(new SplitBorders(new(0, 76), new(72, 94), new(90, 100)), new TailSplit(18, 6).Borders(100, new WindowShape(4, 6)));
    }

    [Fact]
    public void Targets_of_a_part_are_rows_of_that_part_alone_however_short_the_series()
    {
        var count = Gen.Choose(1, 12);
        var draws = from rule in Gen.OneOf<SplitRule>(
                        count.Two().Select(rows => (SplitRule)new TailSplit(rows.Item1, rows.Item2)),
                        count.Three().Select(rows => (SplitRule)new FixedSplit(rows.Item1, rows.Item2, rows.Item3)),
                        Gen.Constant(SplitRule.Default))
                    from rows in Gen.Choose(1, 40)
                    from shape in Gen.Choose(1, 6).Two().Select(size => new WindowShape(size.Item1, size.Item2))
                    select (rule, rows, shape);
        Property.Holds(draws, draw =>
        {
            var (train, validation, test) = draw.rule.Sizes(draw.rows);
            Assert.True(train >= 0 && validation >= 0 && test >= 0 && train + validation + test <= draw.rows);
            var borders = draw.rule.PossibleBorders(draw.rows, draw.shape);
            var testEnd = draw.rule is FixedSplit ? train + validation + test : draw.rows;
            AssertTargets(borders.Train, 0, train);
            AssertTargets(borders.Validation, train, train + validation);
            AssertTargets(borders.Test, testEnd - test, testEnd);

            void AssertTargets(RowRange part, int start, int end)
            {
                if (part.Count == 0)
                    Assert.True(end - Math.Max(0, start - draw.shape.LookBack) < draw.shape.Length || start == end);
                else
                    Assert.True(part.Count >= draw.shape.Length && part.Start >= 0 && part.Start + draw.shape.LookBack >= start && part.End == end);
            }
        });
    }

    [Fact]
    public void The_shortest_series_has_one_window_to_train_on()
    {
        var borders = SplitRule.Parse("0.5/0.25/0.25").Borders(16, new WindowShape(4, 4));
        Assert.Equal(8, borders.Train.Count);
        Assert.Equal(8, borders.Validation.Count);
        Assert.Equal(8, borders.Test.Count);
    }

    [Theory]
    [InlineData(0, 1, 0, "The look-back is 0, expected at least 1.")]
    [InlineData(1, 0, 0, "The horizon is 0, expected at least 1.")]
    [InlineData(4, 1, 5, "The label length is 5, expected 0 to the look-back, 4.")]
    [InlineData(4, 1, -1, "The label length is -1, expected 0 to the look-back, 4.")]
    public void Window_shapes_have_bounds(int lookBack, int horizon, int label, string message) =>
        Assert.Equal(message, Assert.Throws<UserException>(() => new WindowShape(lookBack, horizon, label)).Message);
}
