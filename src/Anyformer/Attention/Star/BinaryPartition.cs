using Anyformer.Catalog;

namespace Anyformer.Attention.Star;

/// <summary>A leaf hears of a node, or a node of a leaf that it covers.</summary>
/// <param name="Source">The node that is heard of; leaves come first, then level by level.</param>
/// <param name="Target">The node that hears.</param>
/// <param name="Relation">Which side, how far, and of which level: a row of the table of learned relations.</param>
public readonly record struct PartitionEdge(int Source, int Target, int Relation);

/// <summary>
/// The graph of the BP-Transformer: tokens are leaves of a binary tree; a node hears of the leaves that it covers, and a leaf of near leaves one by
/// one and of far ones in ever larger spans, steps · log(tokens / steps) of them (Ye et al. 2019, arXiv 1911.04070, section 3.1).
/// </summary>
[Formula(
    "leaf t hears, on level l, of the s nodes on either side next to those of level l - 1; nodes of level l cover 2^l leaves",
    "node u of level l hears of the leaves that it covers: floor(t / 2^l) = u",
    Where = "t: leaf, a token; u: node; l: level, from 0; s: step")]
[Method("binary-partition", "Binary partition of tokens (BP-Transformer)", Family.FixedPatterns, 2019, System = "sparse-patterns",
    Paper = "Ye, Guo, Gan, Qiu, Zhang, BP-Transformer: Modelling Long-Range Context via Binary Partitioning, 2019, arXiv 1911.04070",
    Complexity = "O(tokens · step · log (tokens / step))")]
public sealed class BinaryPartition
{
    private readonly int _step;
    private readonly int _clip;
    private readonly int[] _firsts;
    private readonly List<PartitionEdge> _edges = [];

    /// <summary>The graph over some tokens.</summary>
    /// <param name="tokens">Tokens of a sample, at least 1.</param>
    /// <param name="isCausal">Whether leaves hear of nothing after them.</param>
    /// <param name="step">Nodes to either side that a leaf hears of on each level.</param>
    /// <param name="clip">Levels from this one on share their relations.</param>
    public BinaryPartition(int tokens, bool isCausal, int step, int clip = 10)
    {
        (_step, _clip) = (step, clip);
        LevelSizes = [.. Sizes(tokens)];
        _firsts = [.. LevelSizes.Select((_, level) => LevelSizes.Take(level).Sum())];
        LastLeaves = [.. LevelSizes.SelectMany((size, level) => Enumerable.Range(0, size).Select(node => (int)Math.Min((node + 1L) << level, tokens) - 1))];
        for (var leaf = 0; leaf < tokens; leaf++)
            Connect(leaf, isCausal);
    }

    /// <summary>Nodes of each level, leaves first, the root last.</summary>
    public IReadOnlyList<int> LevelSizes { get; }

    /// <summary>The last leaf that each node covers.</summary>
    public IReadOnlyList<int> LastLeaves { get; }

    /// <summary>All edges, leaf by leaf.</summary>
    public IReadOnlyList<PartitionEdge> Edges => _edges;

    private static IEnumerable<int> Sizes(int tokens)
    {
        for (; tokens > 1; tokens = (tokens + 1) / 2)
            yield return tokens;
        yield return 1;
    }

    private void Connect(int leaf, bool isCausal)
    {
        // A flag says that the pointer stands before a node of which one half is covered: its other half, a level below, is heard of instead. As the
        // authors have it, the other half of the last node of a level may be missing, and then the number is that of a node of the next level.
        var (left, right, leftHalf, rightHalf) = (leaf - 1, leaf + 1, false, false);
        for (var level = 0; level < LevelSizes.Count; level++)
        {
            var relation = (2 * _step + 1) * Math.Min(level, _clip);
            for (var distance = 0; distance < _step; distance++, left--, right++)
            {
                if (!isCausal && right < LevelSizes[level])
                {
                    Add(rightHalf ? _firsts[level - 1] + 2 * right + 1 : _firsts[level] + right, leaf, relation + 2 * (distance + 1));
                    rightHalf = false;
                }

                if (left >= 0)
                {
                    Add(leftHalf ? _firsts[level - 1] + 2 * left : _firsts[level] + left, leaf, relation + 2 * distance + 1);
                    leftHalf = false;
                }
            }

            Add(leaf, _firsts[level] + (leaf >> level), relation);
            (leftHalf, rightHalf) = (leftHalf || (left & 1) == 0, rightHalf || (right & 1) == 1);
            (left, right) = (left >> 1, right >> 1);
        }
    }

    private void Add(int source, int target, int relation) => _edges.Add(new PartitionEdge(source, target, relation));
}
