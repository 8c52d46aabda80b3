using Anyformer.Attention;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Torch;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.HeadInteractions;

public sealed class SharedHeadsAttentionTests
{
    [Fact]
    public void SharedHeadsAreEqualHeads() => Property.Holds(
        from groups in Gen.Choose(1, 3) from shared in Gen.Choose(1, 3) from tokens in Gen.Choose(1, 6) select (groups, shared, tokens), sizes =>
        {
            using var scope = new TensorScope();
            using var noGrad = Autograd.NoGrad();
            var heads = sizes.groups * sizes.shared;
            var shape = new TokenMixerShape(0, 2 * heads, heads);
            var (grouped, full) = (Grouped(shape, sizes.groups), Grouped(shape, heads));
            foreach (var (name, weight) in grouped.StateDict())
                full.StateDict()[name].CopyInPlace(name is "key_projection.weight" or "value_projection.weight"
                    ? weight.Unflatten(0, [sizes.groups, 1, 2]).Expand([-1, sizes.shared, -1, -1]).Flatten(0, 2) : weight);
            var input = Tensors.Normal64(1, 2, sizes.tokens, 2 * heads);
            Tensors.AssertClose(full.Call(input, AttentionMask.Causal), grouped.Call(input, AttentionMask.Causal), 1e-10);
        }, runs: 20);

    [Fact]
    public void MultiQueryIsOneGroup()
    {
        using var scope = new TensorScope();
        var shape = new TokenMixerShape(0, 12, 3);
        var (all, one) = (new MultiQueryAttention(shape), new GroupedQueryAttention(shape, new GroupedQueryAttentionOptions { Groups = 1 }));
        one.Load(all.StateDict());
        var input = Tensors.Normal(1, 2, 5, 12);
        Tensors.AssertClose(one.Call(input), all.Call(input));
        Assert.Equal(2 * 12 * 12 + 2 * 12 * 4, all.Parameters().Sum(parameter => parameter.ElementCount));
    }

    [Fact]
    public void TheMeanOfHeadsIsTakenInGroupsOfNeighbours()
    {
        using var scope = new TensorScope();
        // Four heads one wide: 1, 3, 10, 20.
        Tensors.AssertClose([2, 15], GroupedQueryAttention.MeanOfHeads(Tensor.From(new[] { 1f, 3, 10, 20 }, 4, 1), 4, 2));
        Assert.Equal("The heads must be a multiple of the groups, found 4 heads and 3 groups.",
            Assert.Throws<UserException>(() => GroupedQueryAttention.MeanOfHeads(Tensors.Normal(1, 4, 2), 4, 3)).Message);
    }

    [Fact]
    public void WidthsOfHeadsAreFree()
    {
        using var scope = new TensorScope();
        var mixer = new HeadSizeAttention(new TokenMixerShape(0, 5, 3), new HeadSizeAttentionOptions { KeyWidth = 1, ValueWidth = 4 });
        Assert.Equal([2L, 7, 5], mixer.Call(Tensors.Normal(1, 2, 7, 5)).Shape);
        Assert.Equal(5 * (3 + 3 + 12 + 12), mixer.Parameters().Sum(parameter => parameter.ElementCount));
    }

    [Fact]
    public void HeadsAreAMultipleOfTheGroups() => Assert.Equal(
        "The heads must be a multiple of those of keys and values, found 3 heads and 2 of keys and values.",
        Assert.Throws<UserException>(() => new GroupedQueryAttention(new TokenMixerShape(0, 6, 3), new GroupedQueryAttentionOptions())).Message);

    private static GroupedQueryAttention Grouped(TokenMixerShape shape, int groups)
    {
        var mixer = new GroupedQueryAttention(shape, new GroupedQueryAttentionOptions { Groups = groups });
        mixer.To(DType.Float64);
        return mixer;
    }
}
