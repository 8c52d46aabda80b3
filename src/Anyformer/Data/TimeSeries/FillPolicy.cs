namespace Anyformer.Data.TimeSeries;

/// <summary>What stands in for missing values, in a table that is repaired.</summary>
public enum FillPolicy
{
    /// <summary>Nothing: the table is not repaired, and a missing value is an error.</summary>
    None,
    /// <summary>The last value before it; before the first value, the first.</summary>
    Forward,
    /// <summary>On the line, over time, between its neighbours; outside the first and last value, the nearest.</summary>
    Linear,
    /// <summary>Zero.</summary>
    Zero,
    /// <summary>Nothing, and it stays missing: no loss and no error counts it. See <see cref="MissingValues"/>.</summary>
    Mask,
}
