using Anyformer.Attention;
using Anyformer.Attention.Memory;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Memory;

public sealed class SetAttentionTests
{
    private sealed record Sizes(int Asking, int Answering, int AskingWidth, int AnsweringWidth, int Heads, int HeadWidth, bool Norm);

    [Fact]
    public void ABlockIsTheFormulaOfThePaper() => Property.Holds(
        from asking in Gen.Choose(1, 6)
        from answering in Gen.Choose(1, 6)
        from askingWidth in Gen.Choose(1, 5)
        from answeringWidth in Gen.Choose(1, 5)
        from heads in Gen.Choose(1, 3)
        from headWidth in Gen.Choose(1, 4)
        from norm in Gen.Elements(false, true)
        select new Sizes(asking, answering, askingWidth, answeringWidth, heads, headWidth, norm),
        sizes =>
        {
            using var scope = new TensorScope();
            var width = sizes.Heads * sizes.HeadWidth;
            var block = new SetAttentionBlock(sizes.AskingWidth, sizes.AnsweringWidth, width, sizes.Heads, sizes.Norm);
            block.To(DType.Float64);
            var (asking, answering) = (Tensors.Normal64(1, 2, sizes.Asking, sizes.AskingWidth), Tensors.Normal64(2, 2, sizes.Answering, sizes.AnsweringWidth));
            Tensors.AssertClose(Naive(block.StateDict(), "", asking, answering, sizes.Heads), block.Call(asking, answering), 1e-9);
        },
        runs: 30);

    [Fact]
    public void InducedAttentionIsTwoBlocksThroughThePoints()
    {
        using var scope = new TensorScope();
        var attention = new InducedSetAttention(5, new TokenMixerShape(0, 6, 2), new InducedSetAttentionOptions { InducingPoints = 3, Norm = true });
        attention.To(DType.Float64);
        var (state, set) = (attention.StateDict(), Tensors.Normal64(1, 2, 7, 5));
        var points = state["inducing_points"].Expand([2, -1, -1]);
        var expected = Naive(state, "distribution.", set, Naive(state, "gathering.", points, set, 2), 2);
        Tensors.AssertClose(expected, attention.Call(set), 1e-9);
    }

    [Fact]
    public void TheOrderOfASetDoesNotMatter()
    {
        using var scope = new TensorScope();
        var shape = new TokenMixerShape(0, 6, 3);
        var (attention, pooling) = (new InducedSetAttention(shape, new InducedSetAttentionOptions()), new AttentionPooling(6, 3, seeds: 2));
        var set = Tensors.Normal(1, 2, 9, 6);
        var turned = set.Flip([1]);
        Tensors.AssertClose(attention.Call(set), attention.Call(turned).Flip([1]), 1e-5);
        Tensors.AssertClose(pooling.Call(set), pooling.Call(turned), 1e-5);
    }

    [Fact]
    public void PaddingIsAsIfItWereNotThere()
    {
        using var scope = new TensorScope();
        var attention = new InducedSetAttention(new TokenMixerShape(0, 6, 3), new InducedSetAttentionOptions { InducingPoints = 4 });
        var pooling = new AttentionPooling(6, 3, seeds: 2);
        var set = Tensors.Normal(1, 2, 9, 6);
        var mask = AttentionMask.OfTokens((Functional.Arange(9) < 5).Expand([2, -1]));
        Tensors.AssertClose(attention.Call(set[.., ..5]), attention.Call(set, mask)[.., ..5], 1e-5);
        Tensors.AssertClose(pooling.Call(set[.., ..5]), pooling.Call(set, mask), 1e-5);
    }

    [Fact]
    public void WhatItCannotObeyIsRefused()
    {
        using var scope = new TensorScope();
        var attention = new InducedSetAttention(new TokenMixerShape(0, 4, 2), new InducedSetAttentionOptions());
        string Refusal(AttentionMask mask) => Assert.Throws<UserException>(() => attention.Call(Functional.Ones([1, 3, 4]), mask)).Message;
        Assert.StartsWith("Induced set attention has no causal form", Refusal(AttentionMask.Causal), StringComparison.Ordinal);
        Assert.StartsWith("Induced set attention ", Refusal(AttentionMask.OfPairs(Functional.Ones([3, 3], DType.Bool))), StringComparison.Ordinal);
        Assert.Equal("The width must be a multiple of the number of heads, found width 6 and 4 heads.",
            Assert.Throws<UserException>(() => new SetAttentionBlock(6, 6, 6, 4)).Message);
    }

    /// <summary>The block, head by head.</summary>
    private static Tensor Naive(IReadOnlyDictionary<string, Tensor> state, string name, Tensor asking, Tensor answering, int heads)
    {
        Tensor Map(string projection, Tensor x) => x.MatMul(state[$"{name}{projection}_projection.weight"].T()) + state[$"{name}{projection}_projection.bias"];
        Tensor Norm(string norm, Tensor x)
        {
            if (!state.TryGetValue($"{name}{norm}_norm.weight", out var weight))
                return x;
            var centred = x - x.Mean([-1], keepdim: true);
            return centred / (centred.Square().Mean([-1], keepdim: true) + 1e-5).Sqrt() * weight + state[$"{name}{norm}_norm.bias"];
        }

        var queries = Map("query", asking);
        var contexts = queries.Chunk(heads, -1).Zip(Map("key", answering).Chunk(heads, -1), Map("value", answering).Chunk(heads, -1)).Select(head =>
            (head.First.MatMul(head.Second.Transpose(1, 2)) / Math.Sqrt(queries.Size(-1))).Softmax(-1).MatMul(head.Third));
        var mixed = Norm("context", queries + Functional.Cat([.. contexts], -1));
        return Norm("output", mixed + Map("output", mixed).Relu());
    }
}
