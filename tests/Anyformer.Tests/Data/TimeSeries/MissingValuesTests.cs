using Anyformer.Data.TimeSeries;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Data.TimeSeries;

public class MissingValuesTests
{
    private const float No = float.NaN;

    [Fact]
    public void A_history_holds_its_last_value()
    {
        float[] window = [No, 1, No, 5, No, No, 2, No, No, No, 3, No, No, No, No, No, No, No];
        MissingValues.CarryForward(window, 3);
        Assert.Equal([5, 1, 0, 5, 1, 0, 2, 1, 0, 2, 3, 0, 2, 3, 0, 2, 3, 0], window);
    }

    [Fact]
    public void Every_gap_has_the_nearest_value_before_it_or_else_the_first_after_it() => Property.Holds(s_windows, drawn =>
    {
        float[] window = [.. drawn.Values];
        MissingValues.CarryForward(window, drawn.Variates);
        for (var i = 0; i < window.Length; i++)
        {
            var column = drawn.Values.Where((_, j) => j % drawn.Variates == i % drawn.Variates).ToArray();
            var (before, after) = (column[..(i / drawn.Variates + 1)].Where(IsThere), column[(i / drawn.Variates + 1)..].Where(IsThere));
            Assert.Equal(before.Any() ? before.Last() : after.FirstOrDefault(), window[i]);
        }
    });

    [Fact]
    public void What_is_taken_out_is_told() => Property.Holds(s_windows, drawn =>
    {
        float[] values = [.. drawn.Values];
        var known = new bool[values.Length];
        Assert.Equal(drawn.Values.All(IsThere), MissingValues.TakeOut(values, known));
        Assert.Equal(drawn.Values.Select(IsThere), known);
        Assert.Equal(drawn.Values.Select(value => IsThere(value) ? value : 0), values);
    });

    private static readonly Gen<(float[] Values, int Variates)> s_windows =
        from variates in Gen.Choose(1, 3)
        from rows in Gen.Choose(1, 9)
        from values in Gen.Elements(No, No, 1, 2, 3, -4).ArrayOf(rows * variates)
        select (values, variates);

    private static bool IsThere(float value) => !float.IsNaN(value);
}
