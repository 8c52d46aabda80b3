namespace Anyformer.Inspection.Profiling;

/// <summary>A scope that was opened for somebody: when, and which operations were recorded for a backward pass meanwhile.</summary>
/// <param name="Owner">A module, a differentiable function, or a phase of a step.</param>
/// <param name="Begin">Nanoseconds.</param>
/// <param name="FirstSequence">The number of the first operation inside.</param>
internal sealed record CallSpan(object Owner, long Begin, long FirstSequence)
{
    /// <summary>When it was left.</summary>
    internal long End { get; set; } = long.MaxValue;

    /// <summary>The number after that of the last operation inside.</summary>
    internal long EndSequence { get; set; }
}
