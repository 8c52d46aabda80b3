using Anyformer.Attention.Patterns;
using FsCheck;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Patterns;

/// <summary>Random patterns.</summary>
internal static class PatternExpressions
{
    private static readonly Gen<int> s_reach = Gen.Choose(0, 9);

    private static readonly Gen<int> s_size = Gen.Choose(1, 9);

    public static Gen<AttentionPattern> Any { get; } = OfDepth(2);

    private static Gen<AttentionPattern> Atom => Gen.OneOf(
        Gen.Elements(AttentionPattern.All, AttentionPattern.Causal),
        s_reach.Two().Select(reach => AttentionPattern.Band(reach.Item1, reach.Item2)),
        from reach in s_reach.Two() from dilation in s_size select AttentionPattern.Dilated(reach.Item1, reach.Item2, dilation),
        s_size.Select(AttentionPattern.Strided),
        from period in s_size from begin in Gen.Choose(0, period - 1) from end in Gen.Choose(begin + 1, period) select AttentionPattern.Columns(period, begin, end),
        from block in s_size from reach in s_reach.Two() select AttentionPattern.BlockWindow(block, reach.Item1, reach.Item2),
        s_size.SelectMany(blocks => Gen.Shuffle(Enumerable.Range(0, blocks).ToArray())).Select(permutation => AttentionPattern.BlockPermuted(permutation)),
        from block in s_size from count in Gen.Choose(0, 3) from seed in s_reach select AttentionPattern.RandomBlocks(block, count, seed),
        from first in s_reach from last in s_reach from at in s_reach select AttentionPattern.Global(..first, ^last.., at..(at + 1)),
        s_reach.Select(AttentionPattern.Padding),
        from width in s_size from block in s_size from reach in s_reach.Two() select AttentionPattern.ColumnWindow(width, block, reach.Item1, reach.Item2),
        from width in s_size from block in s_size.Two() select AttentionPattern.BlockRaster(width, block.Item1, block.Item2),
        from width in s_size from radius in s_reach select AttentionPattern.Local2D(width, radius));

    private static Gen<AttentionPattern> OfDepth(int depth) => depth == 0 ? Atom : Gen.OneOf(
        Atom,
        OfDepth(depth - 1).Two().Select(pair => pair.Item1 & pair.Item2),
        OfDepth(depth - 1).Two().Select(pair => pair.Item1 | pair.Item2),
        OfDepth(depth - 1).Select(pattern => !pattern),
        OfDepth(depth - 1).Two().Select(pair => AttentionPattern.PerHead(pair.Item1, pair.Item2)));
}
