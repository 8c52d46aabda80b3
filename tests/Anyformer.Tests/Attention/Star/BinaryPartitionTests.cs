using Anyformer.Attention.Star;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Star;

public sealed class BinaryPartitionTests
{
    private static readonly Gen<(int Tokens, int Step)> s_sizes =
        from tokens in Gen.Choose(1, 70)
        from step in Gen.Choose(1, 4)
        select (tokens, step);

    [Fact]
    public void ACausalLeafHearsOfLeavesBeforeItOnceEach() => Property.Holds(s_sizes, size =>
    {
        var tree = new BinaryPartition(size.Tokens, isCausal: true, size.Step);
        for (var leaf = 0; leaf < size.Tokens; leaf++)
        {
            var heard = tree.Edges.Where(edge => edge.Target == leaf && edge.Source != leaf).SelectMany(edge => Leaves(tree, edge.Source)).Order().ToArray();
            Assert.Equal(heard.Distinct(), heard);
            Assert.All(heard, other => Assert.True(other < leaf));
            Assert.Equal(leaf > 0, heard.Contains(leaf - 1));
        }
    });

    [Fact]
    public void EdgesGrowWithTheLogarithm()
    {
        int Degree(int tokens) => new BinaryPartition(tokens, isCausal: false, step: 2).Edges.Count(edge => edge.Target == tokens / 2);
        Assert.InRange(Degree(4096) - Degree(2048), 0, 5);
        Assert.InRange(Degree(4096), 12, 5 * 13);
    }

    [Fact]
    public void ATreeOfThree()
    {
        var tree = new BinaryPartition(3, isCausal: true, step: 1);
        Assert.Equal([3, 2, 1], tree.LevelSizes);
        Assert.Equal([0, 1, 2, 1, 2, 2], tree.LastLeaves);
        Assert.Equal(
            [new(0, 0, 0), new(0, 3, 3), new(0, 5, 6), new(0, 1, 1), new(1, 1, 0), new(1, 3, 3), new(1, 5, 6), new(1, 2, 1), new(2, 2, 0), new(0, 2, 4), new(2, 4, 3), new(2, 5, 6)],
            tree.Edges);
    }

    private static IEnumerable<int> Leaves(BinaryPartition tree, int node)
    {
        var level = 0;
        for (; node >= tree.LevelSizes[level]; level++)
            node -= tree.LevelSizes[level];
        return Enumerable.Range(node << level, 1 << level).Where(leaf => leaf < tree.LevelSizes[0]);
    }
}
