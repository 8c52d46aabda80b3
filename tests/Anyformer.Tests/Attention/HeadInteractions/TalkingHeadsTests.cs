using Anyformer.Attention;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Attention.Softmax;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.HeadInteractions;

public sealed class TalkingHeadsTests
{
    [Fact]
    public void HeadsThatOnlyListenToThemselvesAreOrdinaryOnes()
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        var modifier = new TalkingHeads(new AttentionShape(3, 4));
        modifier.To(DType.Float64);
        foreach (var name in new[] { "scores.weight", "weights.weight" })
            modifier.StateDict()[name].CopyInPlace(Functional.Eye(3));
        var (queries, keys, values) = (Tensors.Normal64(1, 2, 3, 5, 4), Tensors.Normal64(2, 2, 3, 5, 4), Tensors.Normal64(3, 2, 3, 5, 4));
        Tensors.AssertClose(
            new SoftmaxAttention().Call(queries, keys, values, AttentionMask.Causal),
            new ModifiedAttention([modifier]).Call(queries, keys, values, AttentionMask.Causal), 1e-12);
    }

    [Fact]
    public void AMapIsTheSumOfAllHeadsMaps()
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        var mixing = new HeadMixing(2, 3);
        mixing.StateDict()["weight"].CopyInPlace(Tensor.From(new[] { 1f, 2, 0, -1, 0.5f, 0 }, 3, 2));
        var maps = Tensors.Normal(1, 1, 2, 4, 5);
        var mixed = mixing.Call(maps);
        Assert.Equal([1L, 3, 4, 5], mixed.Shape);
        Tensors.AssertClose(maps[0, 0] + maps[0, 1] * 2, mixed[0, 0]);
        Tensors.AssertClose(maps[0, 1] * -1, mixed[0, 1]);
        Tensors.AssertClose(maps[0, 0] * 0.5, mixed[0, 2]);
    }

    [Fact]
    public void EveryNumberOfHeadsIsFree()
    {
        using var scope = new TensorScope();
        var mixer = new TalkingHeadsAttention(new TokenMixerShape(0, 8, 4), new TalkingHeadsAttentionOptions { KeyHeads = 1, ValueHeads = 3 });
        Assert.Equal([2L, 5, 8], mixer.Call(Tensors.Normal(1, 2, 5, 8)).Shape);
        Assert.Equal([2L, 3, 8], mixer.Call(Tensors.Normal(1, 2, 3, 8), Tensors.Normal(2, 2, 7, 8), null).Shape);
        // Keys 1 x 2, values 3 x 2, and the maps from 1 over 4 to 3 heads.
        Assert.Equal(2 * 8 * 2 + 2 * 8 * 6 + 1 * 4 + 4 * 3, mixer.Parameters().Sum(parameter => parameter.ElementCount));
    }
}
