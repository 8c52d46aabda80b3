using Anyformer.Attention;
using Anyformer.Attention.Kernels;
using Anyformer.Attention.Softmax;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention;

public sealed class SplitHeadsAttentionTests
{
    [Fact]
    public void EveryGroupOfHeadsHasItsFunction()
    {
        using var scope = new TensorScope();
        var (flow, softmax) = (new FlowAttention(), new SoftmaxAttention());
        var (queries, keys, values) = (Tensors.Normal(1, 2, 5, 6, 3), Tensors.Normal(2, 2, 5, 6, 3), Tensors.Normal(3, 2, 5, 6, 3));
        var contexts = new SplitHeadsAttention(flow, 2, softmax).Call(queries, keys, values, AttentionMask.Causal);
        Tensors.AssertClose(flow.Call(queries, keys, values, AttentionMask.Causal)[.., ..2], contexts[.., ..2], 1e-6);
        Tensors.AssertClose(softmax.Call(queries, keys, values, AttentionMask.Causal)[.., 2..], contexts[.., 2..], 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void BothGroupsHaveHeads(int first)
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal(1, 1, 2, 3, 2);
        var attention = new SplitHeadsAttention(new FlowAttention(), first, new SoftmaxAttention());
        Assert.Equal($"The first heads must be some and not all of 2, found {first}.",
            Assert.Throws<UserException>(() => attention.Call(tokens, tokens, tokens)).Message);
    }
}
