using Anyformer.Attention.Windows;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Windows;

public sealed class RandomBlocksTests
{
    private static readonly Gen<(int Seed, int Heads, int Blocks, int Count)> s_draws =
        from seed in Gen.Choose(0, int.MaxValue)
        from heads in Gen.Choose(1, 3)
        from count in Gen.Choose(0, 4)
        from more in Gen.Choose(0, 12)
        select (seed, heads, 5 + count + more, count);

    [Fact]
    public void TheyAreDifferentAndNeitherEdgesNorOfTheWindow() => Property.Holds(s_draws, drawn =>
    {
        using var scope = new TensorScope();
        var (seed, heads, blocks, count) = drawn;
        var table = RandomBlocks.Draw(seed, heads, blocks, count);
        Assert.Equal([heads, blocks - 2, count], table.Shape);
        var numbers = table.Numbers().Chunk(Math.Max(1, count)).ToArray();
        for (var row = 0; row < numbers.Length; row++)
        {
            Assert.Equal(numbers[row].Length, numbers[row].Distinct().Count());
            Assert.All(numbers[row], block => Assert.True(block > 0 && block < blocks - 1 && Math.Abs(block - 1 - row % (blocks - 2)) > 1));
        }

        Tensors.AssertSame(table, RandomBlocks.Draw(seed, heads, blocks, count));
    }, runs: 50);

    [Fact]
    public void EveryOtherBlockIsAsLikely()
    {
        using var scope = new TensorScope();
        var drawn = Enumerable.Range(0, 2000).SelectMany(seed => RandomBlocks.Draw(seed, 1, 9, 2)[0, 3].Numbers()).GroupBy(block => block).ToArray();
        // The fourth of nine blocks sees the third to fifth anyway, and the first and last.
        Assert.Equal([1, 2, 6, 7], drawn.Select(block => block.Key).Order());
        Assert.All(drawn, block => Assert.InRange(block.Count(), 900, 1100));
    }
}
