namespace Anyformer.Kernels.Fused;

/// <summary>A block that another meets.</summary>
/// <param name="Block">Its number.</param>
/// <param name="Open">The open pairs, queries by keys, row-major; null when the plan closes none.</param>
internal readonly record struct BlockVisit(int Block, bool[]? Open);
