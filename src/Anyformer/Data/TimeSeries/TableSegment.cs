namespace Anyformer.Data.TimeSeries;

/// <summary>The rows of one series in a table.</summary>
/// <param name="Id">Which series; null in a table of one.</param>
/// <param name="Start">Its first row.</param>
/// <param name="History">The row after the last one that has a value; from here to the end is the future.</param>
/// <param name="End">The row after its last one.</param>
/// <param name="HasMissing">Whether a value of its history is missing.</param>
internal sealed record TableSegment(string? Id, int Start, int History, int End, bool HasMissing);
