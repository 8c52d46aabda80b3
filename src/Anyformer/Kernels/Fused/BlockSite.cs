namespace Anyformer.Kernels.Fused;

/// <summary>Where a block of scores lies.</summary>
/// <param name="Sample">The sample.</param>
/// <param name="Head">The head.</param>
/// <param name="FirstQuery">The query of the first row.</param>
/// <param name="Queries">Rows that count.</param>
/// <param name="FirstKey">The key of the first column.</param>
/// <param name="Keys">Columns that count.</param>
internal readonly record struct BlockSite(int Sample, int Head, int FirstQuery, int Queries, int FirstKey, int Keys);
