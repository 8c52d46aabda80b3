using Anyformer.Attention;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Attention.Softmax;
using Anyformer.Torch;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.HeadInteractions;

public sealed class MultiScaleAttentionTests
{
    [Fact]
    public void EveryHeadSeesItsWindow() => Property.Holds(
        from windows in Gen.Choose(-1, 5).ListOf(3) from tokens in Gen.Choose(1, 9) select (windows, tokens), sizes =>
        {
            using var scope = new TensorScope();
            var function = new MultiScaleAttention(new AttentionShape(3, 2), new MultiScaleAttentionOptions { Windows = [.. sizes.windows] });
            var (queries, keys, values) = (Draw(1, sizes.tokens), Draw(2, sizes.tokens), Draw(3, sizes.tokens));
            var distances = (Functional.Arange(sizes.tokens) - Functional.Arange(sizes.tokens).Unsqueeze(1)).Abs();
            var visible = Functional.Stack([.. sizes.windows.Select(window => distances.Le(window < 0 ? sizes.tokens : window))]);
            Tensors.AssertClose(
                new SoftmaxAttention().Call(queries, keys, values, AttentionMask.OfPairs(visible)), function.Call(queries, keys, values), 1e-10);
        }, runs: 30);

    [Fact]
    public void AWindowIsNotBelowMinusOne() => Assert.Equal(
        "A head sees at least 0 tokens to each side, or -1 for all; found -2.",
        Assert.Throws<UserException>(() => new MultiScaleAttention(new AttentionShape(1, 2), new MultiScaleAttentionOptions { Windows = [-2] })).Message);

    private static Tensor Draw(int seed, int tokens) => Tensors.Normal64(seed, 2, 3, tokens, 2);
}
