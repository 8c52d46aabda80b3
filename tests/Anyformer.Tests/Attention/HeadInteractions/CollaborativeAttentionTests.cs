using Anyformer.Attention;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Attention.Softmax;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.HeadInteractions;

public sealed class CollaborativeAttentionTests
{
    [Fact]
    public void AtFirstEveryHeadHasItsSlice()
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        var shape = new TokenMixerShape(0, 6, 3);
        var mixer = new CollaborativeAttention(shape, new CollaborativeAttentionOptions());
        var ordinary = new MultiHeadAttention(shape, new SoftmaxAttention());
        foreach (var (name, weight) in mixer.StateDict())
            if (name is "content_bias.weight")
                weight.FillInPlace(0);
            else if (name is not "mixing")
                ordinary.StateDict()[name].CopyInPlace(weight);
        foreach (var name in new[] { "query_projection.bias", "key_projection.bias" })
            ordinary.StateDict()[name].FillInPlace(0);
        var input = Tensors.Normal(1, 2, 5, 6);
        Tensors.AssertClose(ordinary.Call(input, AttentionMask.Causal), mixer.Call(input, AttentionMask.Causal));
    }

    [Fact]
    public void TheLastSliceMayBeShorter()
    {
        using var scope = new TensorScope();
        var mixer = new CollaborativeAttention(new TokenMixerShape(0, 6, 3), new CollaborativeAttentionOptions { KeyWidth = 5 });
        Tensors.AssertClose([1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1], mixer.StateDict()["mixing"]);
    }
}
