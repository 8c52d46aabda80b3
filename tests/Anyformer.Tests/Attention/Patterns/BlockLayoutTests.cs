using Anyformer.Attention.Patterns;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Patterns;

public sealed class BlockLayoutTests
{
    private static readonly Gen<(AttentionPattern Pattern, int Tokens, int Block, int Head)> s_layouts =
        from pattern in PatternExpressions.Any
        from tokens in Gen.Choose(1, 40)
        from block in Gen.Choose(1, 9)
        from head in Gen.Choose(0, 2)
        select (pattern, tokens, block, head);

    [Fact]
    public void TheBlocksAreThoseOfTheDenseMask() => Property.Holds(s_layouts, size =>
    {
        var site = new PatternSite(size.Tokens, size.Head, 3);
        var layout = new BlockLayout(size.Pattern, site, size.Block);
        Assert.Equal((size.Tokens + size.Block - 1) / size.Block, layout.Rows);
        for (var row = 0; row < layout.Rows; row++)
            for (var block = 0; block < layout.Rows; block++)
            {
                var slot = layout.KeyBlocks(row).IndexOf(block);
                var pairs = Pairs(size.Pattern, site, size.Block, row, block);
                if (slot < 0)
                    Assert.DoesNotContain(true, pairs);
                else
                    Assert.Equal(pairs, layout.Open(row, slot) ?? Enumerable.Repeat(true, pairs.Length));
                Assert.True(slot < 0 || pairs.Contains(true), $"block {block} of row {row} is empty");
            }
    }, runs: 300);

    [Fact]
    public void KeyBlocksAreInOrder() => Property.Holds(s_layouts, size =>
    {
        var layout = new BlockLayout(size.Pattern, new PatternSite(size.Tokens, size.Head, 3), size.Block);
        for (var row = 0; row < layout.Rows; row++)
            Assert.Equal(layout.KeyBlocks(row).ToArray().Distinct().Order(), layout.KeyBlocks(row).ToArray());
    });

    [Theory]
    [InlineData("band(64, 64) | global(..1)")]
    [InlineData("dilated(2, 2, 200)")]
    [InlineData("bigbird(32, 3, 1)")]
    [InlineData("block-local(64) & causal")]
    [InlineData("band(500, 500) & strided(100) & !global(..32)")]
    [InlineData("local-2d(256, 2)")]
    public void TheWorkIsLinearInTheOpenBlocks(string text)
    {
        foreach (var tokens in new[] { 4096, 32768 })
        {
            var counting = new Counting(AttentionPattern.Parse(text));
            var layout = new BlockLayout(counting, new PatternSite(tokens), 32);
            Assert.InRange(counting.Leaps, layout.Rows, 3 * (layout.OpenBlocks + layout.Rows));
            Assert.InRange(counting.Pairs, 0, 3L * 32 * 32 * (layout.OpenBlocks + layout.Rows));
        }
    }

    [Fact]
    public void EqualBlocksShareTheirPairs()
    {
        var layout = new BlockLayout(AttentionPattern.Band(3, 3), new PatternSite(64), 8);
        Assert.Same(layout.Open(2, 0), layout.Open(3, 0));
        Assert.Equal(8 * 3 - 2, layout.OpenBlocks);
    }

    private static bool[] Pairs(AttentionPattern pattern, PatternSite site, int size, int row, int block)
    {
        var pairs = new bool[size * size];
        for (var i = 0; i < pairs.Length; i++)
        {
            var (query, key) = (row * size + i / size, block * size + i % size);
            pairs[i] = query < site.Tokens && key < site.Tokens && pattern.Sees(query, key, site);
        }

        return pairs;
    }

    /// <summary>Counts what the layout asks.</summary>
    private sealed record Counting(AttentionPattern Pattern) : AttentionPattern
    {
        public long Leaps { get; private set; }

        public long Pairs { get; private set; }

        public override bool Sees(int query, int key, PatternSite site)
        {
            Pairs++;
            return Pattern.Sees(query, key, site);
        }

        public override BlockRun? Next(BlockRow row, int from)
        {
            Leaps++;
            return Pattern.Next(row, from);
        }
    }
}
