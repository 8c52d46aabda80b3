namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Values that are not there, NaN in a series. Statistics are taken over the others, losses and errors are of the others. A model cannot read
/// NaN, so in its history a missing value is the last one before it in the same window; at the start of a window, the first one; and the
/// mean, 0, where the whole window has none. A window looks the same whatever came before it, in training and in use.
/// </summary>
public static class MissingValues
{
    /// <summary>Puts a number in the place of every missing value of a window.</summary>
    /// <param name="window">Standardised values, shape (rows, variates) in row-major order.</param>
    /// <param name="variates">Columns.</param>
    public static void CarryForward(Span<float> window, int variates)
    {
        for (var variate = 0; variate < variates; variate++)
        {
            var last = FirstNumber(window, variate, variates);
            for (var i = variate; i < window.Length; i += variates)
                if (float.IsNaN(window[i]))
                    window[i] = last;
                else
                    last = window[i];
        }
    }

    /// <summary>Tells which values are there, and puts 0 in the place of the others.</summary>
    /// <param name="values">Values of any shape.</param>
    /// <param name="known">Gets true where there is one; of the same length.</param>
    /// <returns>Whether all are there.</returns>
    public static bool TakeOut(Span<float> values, Span<bool> known)
    {
        var all = true;
        for (var i = 0; i < values.Length; i++)
        {
            known[i] = !float.IsNaN(values[i]);
            values[i] = known[i] ? values[i] : 0;
            all &= known[i];
        }
        return all;
    }

    private static float FirstNumber(ReadOnlySpan<float> window, int variate, int variates)
    {
        for (var i = variate; i < window.Length; i += variates)
            if (!float.IsNaN(window[i]))
                return window[i];
        return 0;
    }
}
