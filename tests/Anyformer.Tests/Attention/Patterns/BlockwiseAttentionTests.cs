using Anyformer.Attention.Patterns;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Patterns;

public sealed class BlockwiseAttentionTests
{
    private static readonly Gen<(int Heads, int Blocks, int Tokens, int[][] Permutations)> s_sizes =
        from heads in Gen.Choose(1, 4)
        from blocks in Gen.Choose(1, 4)
        from tokens in Gen.Choose(1, 5).Select(size => size * blocks)
        from permutations in Gen.Shuffle(Enumerable.Range(0, blocks).ToArray()).ArrayOf(heads)
        select (heads, blocks, tokens, permutations);

    [Fact]
    public void ItIsThePatternOfPermutedBlocks() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        Tensor Draw(int seed) => Tensors.Normal64(seed, 2, sizes.Heads, sizes.Tokens, 3);
        var pattern = AttentionPattern.PerHead(sizes.Permutations.Select(permutation => AttentionPattern.BlockPermuted(permutation)));
        Tensors.AssertClose(
            new PatternAttention(pattern, 4).Call(Draw(1), Draw(2), Draw(3)),
            new BlockwiseAttention(sizes.Permutations).Call(Draw(1), Draw(2), Draw(3)), 1e-9);
    });

    [Fact]
    public void TheLastHeadsLookAtTheNextBlock()
    {
        using var scope = new TensorScope();
        var values = Functional.Cat([Functional.Ones([1, 4, 3, 1]), Functional.Zeros([1, 4, 2, 1])], 2);
        var context = new BlockwiseAttention(new(4, 1), new BlockwiseAttentionOptions()).Call(values * 0, values * 0, values);
        // Five tokens are blocks of three and two; what is missing of the second has no weight.
        Assert.Equal([1.0, 1, 1, 0, 0], context[0, 2].Numbers());
        Assert.Equal([0.0, 0, 0, 1, 1], context[0, 3].Numbers());
    }

    [Fact]
    public void MistakesAreNamed()
    {
        using var scope = new TensorScope();
        Assert.Equal("A head's permutation of 2 blocks has every number from 0 once, found 0, 0.",
            Assert.Throws<UserException>(() => new BlockwiseAttention([[0, 1], [0, 0]])).Message);
        var heads = Functional.Ones([1, 3, 4, 2]);
        Assert.Equal("Blockwise attention takes 1 heads and as many keys as queries, found 3 heads, 4 keys and 4 queries.",
            Assert.Throws<UserException>(() => new BlockwiseAttention([[0, 1]]).Call(heads, heads, heads)).Message);
    }
}
