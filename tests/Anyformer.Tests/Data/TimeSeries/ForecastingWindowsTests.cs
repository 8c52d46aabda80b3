using Anyformer.Data.TimeSeries;
using Anyformer.Testing;
using FsCheck.Fluent;
using Series = Anyformer.Data.TimeSeries.TimeSeries;

namespace Anyformer.Tests.Data.TimeSeries;

public class ForecastingWindowsTests
{
    [Fact]
    public void Windows_equal_slices_of_the_series()
    {
        var draws = from variates in Gen.Choose(1, 4)
                    from lookBack in Gen.Choose(1, 9)
                    from label in Gen.Choose(0, lookBack)
                    from horizon in Gen.Choose(1, 7)
                    from start in Gen.Choose(0, 5)
                    from extra in Gen.Choose(0, 12)
                    from order in Gen.Choose(0, extra).ArrayOf()
                    select (variates, shape: new WindowShape(lookBack, horizon, label), start, extra, order);
        Property.Holds(draws, draw =>
        {
            var data = Numbers(draw.start + draw.shape.LookBack + draw.shape.Horizon + draw.extra + 3, draw.variates);
            var range = new RowRange(draw.start, draw.start + draw.shape.LookBack + draw.shape.Horizon + draw.extra);
            var windows = new ForecastingWindows(data, range, draw.shape);
            Assert.Equal(draw.extra + 1, windows.Count);
            var batch = Gather(windows, draw.order);
            var future = range.Start + draw.shape.LookBack - draw.shape.LabelLength;
            Assert.Equal(Slices(Values(data), draw.variates, draw.order, range.Start, draw.shape.LookBack), batch.Past);
            Assert.Equal(Slices(Values(data), draw.variates, draw.order, future, draw.shape.FutureLength), batch.Future);
            Assert.Equal(Slices(Marks(data), 4, draw.order, range.Start, draw.shape.LookBack), batch.PastMarks);
            Assert.Equal(Slices(Marks(data), 4, draw.order, future, draw.shape.FutureLength), batch.FutureMarks);
        });
    }

    [Fact]
    public void Windows_of_several_series_are_those_of_each_one_after_the_other()
    {
        var draws = from rows in Gen.Choose(6, 15).NonEmptyListOf()
                    from order in Gen.Choose(0, rows.Sum(count => count - 5) - 1).ArrayOf()
                    select (rows, order);
        Property.Holds(draws, draw =>
        {
            var shape = new WindowShape(4, 2, 1);
            SeriesPart[] parts = [.. draw.rows.Select(rows => new SeriesPart(Numbers(rows, 2), new RowRange(0, rows)))];
            var windows = new ForecastingWindows([.. parts], shape);
            var each = parts.SelectMany((part, i) => Enumerable.Range(0, part.Rows.Count - 5).Select(window => (Part: i, Row: window))).ToArray();
            Assert.Equal(each, Enumerable.Range(0, windows.Count).Select(windows.Locate));
            var batch = Gather(windows, draw.order);
            Assert.Equal(draw.order.SelectMany(window => Past(each[window])), batch.Past);
            Assert.Equal(draw.order.SelectMany(window => Gather(new(parts[each[window].Part].Series, parts[each[window].Part].Rows, shape), [each[window].Row]).FutureMarks),
                batch.FutureMarks);

            IEnumerable<float> Past((int Part, int Row) place) => Values(parts[place.Part].Series)[(place.Row * 2)..((place.Row + 4) * 2)];
        });
    }

    [Fact]
    public void Gathering_allocates_nothing()
    {
        var windows = new ForecastingWindows(Numbers(50, 3), new RowRange(0, 50), new WindowShape(8, 4, 2));
        var (order, past, future) = (new[] { 3, 1, 7 }, new float[3 * 8 * 3], new float[3 * 6 * 3]);
        var (pastMarks, futureMarks) = (new float[3 * 8 * 4], new float[3 * 6 * 4]);
        windows.Gather(order, past, future, pastMarks, futureMarks);
        var before = GC.GetAllocatedBytesForCurrentThread();
        windows.Gather(order, past, future, pastMarks, futureMarks);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var data = Numbers(10, 2);
        var error = Assert.Throws<UserException>(() => new ForecastingWindows(data, new RowRange(0, 7), new WindowShape(4, 4)));
        Assert.Equal("There are 7 rows, expected at least 8 for look-back 4 and horizon 4.", error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ForecastingWindows(data, new RowRange(0, 11), new WindowShape(4, 4)));
        var windows = new ForecastingWindows(data, new RowRange(0, 10), new WindowShape(4, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Gather(windows, [3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Gather(windows, [-1]));
        Assert.Throws<ArgumentException>(() => windows.Gather([0], new float[7], new float[8], new float[16], new float[16]));
    }

    [Fact]
    public void The_scaler_sees_the_train_rows_alone()
    {
        var series = (Series)Numbers(10, 1).Series;
        var data = ForecastingSeries.Fit(series, new RowRange(0, 2), new MarkFeatures(new CalendarFeatures(TimeFrequency.Hour)));
        Assert.Equal([(series.Values[0] + series.Values[1]) / 2], data.Scaler.Mean.AsEnumerable());
        var error = Assert.Throws<UserException>(() => new ForecastingSeries(series, new StandardScaler([0, 0], [1, 1]), data.Features));
        Assert.Equal("The series has 1 variates, expected 2, as many as the scaler was fitted on.", error.Message);
    }

    internal static (float[] Past, float[] Future, float[] PastMarks, float[] FutureMarks) Gather(ForecastingWindows windows, int[] order)
    {
        var (shape, variates, marks) = (windows.Shape, windows.VariateCount, windows.MarkCount);
        var batch = (
            Past: new float[order.Length * shape.LookBack * variates], Future: new float[order.Length * shape.FutureLength * variates],
            PastMarks: new float[order.Length * shape.LookBack * marks], FutureMarks: new float[order.Length * shape.FutureLength * marks]);
        windows.Gather(order, batch.Past, batch.Future, batch.PastMarks, batch.FutureMarks);
        return batch;
    }

    private static ForecastingSeries Numbers(int rows, int variates)
    {
        var times = Enumerable.Range(0, rows).Select(row => new DateTime(2024, 2, 28).AddHours(row));
        var values = Enumerable.Range(0, rows * variates).Select(i => i * 7919 % 101 / 3.0);
        var series = new Series([.. Enumerable.Range(0, variates).Select(i => $"v{i}")], [.. times], [.. values]);
        return ForecastingSeries.Fit(series, new RowRange(0, rows), new MarkFeatures(new CalendarFeatures(TimeFrequency.Hour)));
    }

    private static float[] Values(ForecastingSeries series)
    {
        var values = new float[series.Series.RowCount * series.Series.VariateCount];
        series.CopyValues(0, values);
        return values;
    }

    private static float[] Marks(ForecastingSeries series)
    {
        var marks = new float[series.Series.RowCount * series.Features.Count];
        series.CopyMarks(0, marks);
        return marks;
    }

    private static float[] Slices(float[] values, int width, int[] order, int start, int rows) =>
        [.. order.SelectMany(window => values[((start + window) * width)..((start + window + rows) * width)])];
}
