using Anyformer.Data.TimeSeries;
using static Anyformer.Tests.Data.TimeSeries.Tables;

namespace Anyformer.Tests.Data.TimeSeries;

public class DataProblemTests
{
    private const string Ending = "; fill (forward, linear, zero or mask) repairs it.";

    [Theory]
    [InlineData("2020-01-02,,2", "line 3, column 2: the value in 'a' is missing")]
    [InlineData("2020-01-02,1,NaN", "line 3, column 3: the value in 'b' is missing")]
    [InlineData("2020-01-02, na ,1", "line 3, column 2: the value in 'a' is missing")]
    [InlineData("2020-01-02,1,NULL", "line 3, column 3: the value in 'b' is missing")]
    [InlineData("2020-01-02,closed,2", "line 3, column 2: 'closed' in 'a' is not a number")]
    [InlineData("2020-01-02,1e999,2", "line 3, column 2: '1e999' in 'a' is not a number")]
    [InlineData("2020-01-02,1,-Infinity", "line 3, column 3: '-Infinity' in 'b' is not a number")]
    [InlineData("2020-01-02,1", "line 3, column 3: the row has 2 fields, the header has 3")]
    [InlineData("2020-01-02,1,2,3", "line 3, column 4: the row has 4 fields, the header has 3")]
    [InlineData("soon,1,2", "line 3, column 1: 'soon' in 'date' is not a date")]
    [InlineData(",1,2", "line 3, column 1: the date in 'date' is missing")]
    [InlineData("2019-12-31,1,2", "line 3, column 1: the time 2019-12-31 00:00:00 is before that of the row above, 2020-01-01 00:00:00")]
    [InlineData("2020-01-01,1,3", "line 3, column 1: line 2 has the time 2020-01-01 00:00:00 too, with other values")]
    public void Errors_name_line_and_column(string row, string message)
    {
        Assert.Equal($"a.csv: {message}{Ending}", Error($"date,a,b\n2020-01-01,1,2\n{row}\n2020-01-03,1,2\n2020-01-04,1,2\n"));
    }

    [Fact]
    public void The_first_problem_is_named_and_all_are_counted()
    {
        Assert.Equal(
            "a.csv: line 2, column 3: the value in 'b' is missing "
            + "(5 problems in all: 1 text in a number column, 3 missing values, 1 row out of order)" + Ending,
            Error("date,a,b\n2020-01-02,1,\n2020-01-01,x,\n2020-01-03,1,null\n"));
    }

    [Theory]
    [InlineData("1,5")]
    [InlineData("-1.234,5")]
    public void A_decimal_comma_is_an_error_even_when_filling(string cell)
    {
        Assert.Equal(
            $"a.csv: line 2, column 2: '{cell}' in 'a' has a decimal comma, expected a decimal point.",
            Error($"date;a\n2020-01-01;{cell}\n2020-01-02;2,5\n", new TimeSeriesReadOptions { Fill = FillPolicy.Linear }));
    }

    [Fact]
    public void Gaps_duplicate_rows_and_irregular_steps_are_warnings()
    {
        var reading = Read(
            "date,a\n2020-02-01,1\n2020-02-02,2\n2020-02-02,2\n2020-02-03,3\n2020-02-06,4\n"
            + "2020-02-06 06:00,5\n2020-02-07 06:00,6\n2020-02-09 06:00,7\n");
        Assert.Equal(8, reading.Series.RowCount);
        Assert.Equal("1 duplicate row, 2 gaps, 1 irregular step", reading.Warnings.Summary);
        Assert.Equal(
            [
                "line 4, column 1: line 3 has the time 2020-02-02 00:00:00 too, with the same values",
                "line 6, column 1: from 2020-02-03 00:00:00 to 2020-02-06 00:00:00 2 rows are missing at a step of 1 day",
                "line 7, column 1: from 2020-02-06 00:00:00 to 2020-02-06 06:00:00 is no whole number of steps of 1 day",
                "line 9, column 1: from 2020-02-07 06:00:00 to 2020-02-09 06:00:00 1 row is missing at a step of 1 day",
            ],
            reading.Warnings.Problems.Select(problem => problem.ToString()));
    }

    [Fact]
    public void Times_without_a_regular_step_are_one_warning()
    {
        var reading = Read("date,a\n2020-01-01,1\n2020-01-02,2\n2020-01-05,2\n2020-01-07,2\n");
        Assert.Null(reading.Series.Step);
        Assert.Equal("line 3, column 1: the 4 times have no regular step", Assert.Single(reading.Warnings.Problems).ToString());
    }

    [Fact]
    public void A_file_of_nothing_but_problems_is_counted_in_full_and_named_in_part()
    {
        var text = "date,a\n2020-01-01,1\n" + string.Concat(
            Enumerable.Range(1, 3000).Select(day => $"{new DateTime(2020, 1, 1).AddDays(day):yyyy-MM-dd},\n"));
        var reading = Read(text, FillPolicy.Zero);
        Assert.Equal(3000, reading.Repairs.Total);
        Assert.Equal(DataReport.NamedPerKind, reading.Repairs.Problems.Length);
    }
}
