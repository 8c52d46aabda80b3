using Anyformer.Attention.Patterns;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Patterns;

public sealed class AttentionPatternTests
{
    [Fact]
    public void OperatorsAreThoseOfLogic() => Property.Holds(PatternExpressions.Any, pattern =>
    {
        var other = AttentionPattern.Band(2, 1);
        var site = new PatternSite(11, 1, 2);
        for (var query = 0; query < 11; query++)
            for (var key = 0; key < 11; key++)
            {
                var (left, right) = (pattern.Sees(query, key, site), other.Sees(query, key, site));
                Assert.Equal(left && right, (pattern & other).Sees(query, key, site));
                Assert.Equal(left || right, (pattern | other).Sees(query, key, site));
                Assert.Equal(!left, (!pattern).Sees(query, key, site));
            }
    }, runs: 40);

    [Fact]
    public void APatternIsReadAsItIsWritten() => Property.Holds(PatternExpressions.Any, pattern =>
    {
        var read = AttentionPattern.Parse($"{pattern}");
        Assert.Equal(pattern.DenseMask(9, 2).Numbers(), read.DenseMask(9, 2).Numbers());
        Assert.Equal($"{pattern}", $"{read}");
    });

    [Theory]
    [InlineData("band(1, 0) | global(..1)", "111 110 111")]
    [InlineData("!band(1, 0) & !global(..1)", "000 001 000")]
    [InlineData("band(1, 0) | band(0, 1) & causal", "100 110 011")]
    [InlineData("(band(1, 0) | band(0, 1)) & causal", "100 110 011")]
    [InlineData("dilated(1, 1, 2)", "101 010 101")]
    [InlineData("star()", "111 111 111")]
    [InlineData("strided(2) & !!causal", "100 010 101")]
    [InlineData("keys(^1..)", "001 001 001")]
    [InlineData("queries(1..2)", "000 111 000")]
    [InlineData("block-permuted(1, 2, 0)", "010 001 100")]
    [InlineData("per-head(causal, all)", "100 110 111")]
    public void TextIsAPattern(string text, string rows)
    {
        var mask = AttentionPattern.Parse(text).DenseMask(3, 2)[0].Numbers();
        Assert.Equal(rows.Replace(" ", ""), string.Concat(mask));
    }

    [Theory]
    [InlineData("band(1)", "The pattern 'band(1)' has the wrong arguments for band; expected band(before, after).")]
    [InlineData("global(3)", "The pattern 'global(3)' has the wrong arguments for global; expected global(..first, ^last.., from..to).")]
    [InlineData("causal | ", "The pattern 'causal | ' has nothing where one of all, causal, band, dilated, strided, columns, block-local, block-window, "
        + "block-permuted, random, global, keys, queries, column-window, block-raster, local-2d, axial, per-head, longformer, bigbird, etc, star, "
        + "sparse-strided, sparse-fixed, blockwise is expected.")]
    [InlineData("causal causal", "The pattern 'causal causal' goes on after its end, with 'causal'.")]
    [InlineData("(causal", "The pattern '(causal' has nothing where ')' is expected.")]
    [InlineData("band(1, 2", "The pattern 'band(1, 2' has nothing where ')' is expected.")]
    [InlineData("band(1; 2)", "The pattern 'band(1; 2)' has a character that no pattern has.")]
    [InlineData("strided(99999999999)", "The pattern 'strided(99999999999)' has a number that is too large, 99999999999.")]
    [InlineData("strided(0)", "A stride must be at least 1, found 0.")]
    [InlineData("block-permuted(0, 2)", "A permutation of blocks has every number from 0 once, found 0, 2.")]
    public void MistakesAreNamed(string text, string message) =>
        Assert.Equal(message, Assert.Throws<UserException>(() => AttentionPattern.Parse(text)).Message);

    [Fact]
    public void DeepNestingIsRefused() =>
        Assert.EndsWith("is nested more than 64 times.",
            Assert.Throws<UserException>(() => AttentionPattern.Parse(new string('(', 100_000) + "causal" + new string(')', 100_000))).Message);

    [Fact]
    public void RandomBlocksRepeatBySeedAndDifferByHead()
    {
        var mask = AttentionPattern.RandomBlocks(2, 2, seed: 5).DenseMask(20, 3);
        Assert.Equal(mask.Numbers(), AttentionPattern.RandomBlocks(2, 2, seed: 5).DenseMask(20, 3).Numbers());
        Assert.NotEqual(mask.Numbers(), AttentionPattern.RandomBlocks(2, 2, seed: 6).DenseMask(20, 3).Numbers());
        Assert.NotEqual(mask[0].Numbers(), mask[1].Numbers());
        Assert.All(mask.Sum([-1]).Numbers(), open => Assert.Equal(4, open));
    }
}
