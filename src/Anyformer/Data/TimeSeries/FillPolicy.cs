namespace Anyformer.Data.TimeSeries;

/// <summary>What a missing value becomes when a series is repaired.</summary>
public enum FillPolicy
{
    /// <summary>The last value before it; before the first value, the first.</summary>
    Forward,
    /// <summary>On the line, over time, between its neighbours; outside the first and last value, the nearest.</summary>
    Linear,
    /// <summary>Zero.</summary>
    Zero,
}
