namespace Anyformer.Data.TimeSeries;

/// <summary>A run of rows: from <paramref name="Start"/> up to, and without, <paramref name="End"/>.</summary>
public readonly record struct RowRange(int Start, int End)
{
    /// <summary>Rows in the range.</summary>
    public int Count => End - Start;

    /// <summary>The half-open interval, such as <c>[0, 8640)</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"[{Start}, {End})");
}
