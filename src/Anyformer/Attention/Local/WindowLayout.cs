using Anyformer.Torch;

namespace Anyformer.Attention.Local;

/// <summary>Tokens in windows of equal length, and beside every window its neighbours.</summary>
/// <param name="Tokens">Keys; of fewer queries, the last stands beside the last key.</param>
/// <param name="Length">Tokens of a window.</param>
/// <param name="First">The first window that holds a query.</param>
/// <param name="Backward">Windows before that are neighbours.</param>
/// <param name="Forward">Windows after that are neighbours.</param>
/// <param name="Circular">Whether the last window is followed by the first.</param>
internal sealed record WindowLayout(long Tokens, long Length, long First, int Backward, int Forward, bool Circular)
{
    /// <summary>Windows that hold queries.</summary>
    internal long Count => (Tokens + Length - 1) / Length - First;

    /// <summary>Places of all windows, the filling of the last among them.</summary>
    internal long Whole => (First + Count) * Length;

    private int Neighbours => Backward + 1 + Forward;

    /// <summary>Queries, (batch, heads, queries, width), by windows: (batch, heads, windows, length, width).</summary>
    internal Tensor Split(Tensor queries)
    {
        var before = Tokens - queries.Size(2) - First * Length;
        var filled = Fill(queries, before, Whole - Tokens, 0);
        return filled.View([filled.Size(0), filled.Size(1), Count, Length, filled.Size(3)]);
    }

    /// <summary>What <see cref="Split"/> split, one after the other again, (batch, heads, queries, width).</summary>
    internal Tensor Join(Tensor windows, long queries) =>
        windows.Flatten(2, 3).Narrow(2, Tokens - queries - First * Length, queries);

    /// <summary>
    /// Keys, (batch, heads, keys, width), of every window and its neighbours: (batch, heads, windows, neighbours · length, width). The last window is
    /// filled up with zeros (false), what lies outside of all with <paramref name="outside"/>.
    /// </summary>
    internal Tensor Around(Tensor keys, double outside)
    {
        var filled = Fill(keys, 0, Whole - Tokens, 0);
        if (!Circular)
            filled = Fill(filled, Backward * Length, Forward * Length, outside);
        var windows = filled.View([filled.Size(0), filled.Size(1), filled.Size(2) / Length, Length, filled.Size(3)]);
        var neighbours = Enumerable.Range(0, Neighbours).Select(slot => Circular && slot != Backward
            ? windows.Roll([Backward - slot], [2]).Narrow(2, First, Count)
            : windows.Narrow(2, Circular ? First : First + slot, Count));
        return Neighbours == 1 ? neighbours.Single() : Functional.Cat([.. neighbours], 3);
    }

    /// <summary>The places of queries, (windows, length, 1).</summary>
    internal Tensor QueryPlaces(Device device) =>
        Functional.Arange(First * Length, Whole, device: device).View([Count, Length, 1]);

    /// <summary>The places of the keys around them, (windows, 1, neighbours · length); below 0 or past the last window for what lies outside.</summary>
    internal Tensor KeyPlaces(Device device)
    {
        var begins = Functional.Arange(First, First + Count, device: device).View([Count, 1, 1]) * Length;
        var places = begins + Functional.Arange(-Backward * Length, (1 + Forward) * Length, device: device);
        return Circular ? places.Remainder(Whole) : places;
    }

    private static Tensor Fill(Tensor tokens, long before, long after, double value) =>
        before == 0 && after == 0 ? tokens : tokens.ConstantPadNd([0, 0, before, after], value);
}
