using Anyformer.FeedForward;
using Anyformer.FeedForward.Experts;
using Anyformer.Inspection;
using Anyformer.Torch;

namespace Anyformer.Tests.FeedForward.Experts;

public sealed class HashLayerTests
{
    private readonly HashLayer _layer = new(new ChannelMixerShape(3, 4), new() { Experts = 4, Vocabulary = 10, Seed = 7 });

    [Fact]
    public void TheIdOfATokenChoosesItsExpert()
    {
        using var scope = new TensorScope();
        using var context = new TokenContext(ids: Tensor.From<long>([3, 3, 5, 13, 0, 5], 2, 3));
        var experts = Experts(Tensors.Normal(1, 2, 3, 3));
        var table = _layer.Table.ToArray<long>();
        Assert.Equal([table[3], table[3], table[5], table[3], table[0], table[5]], experts);
    }

    [Fact]
    public void WithoutIdsThePlaceOfATokenDoes()
    {
        using var scope = new TensorScope();
        // Ids of other tokens than those at hand, of a memory say, are not theirs.
        using var context = new TokenContext(ids: Tensor.From<long>([3, 3], 1, 2));
        var table = _layer.Table.ToArray<long>();
        Assert.Equal([.. table[..3], .. table[..3]], Experts(Tensors.Normal(1, 2, 3, 3)));
    }

    [Fact]
    public void TheSeedGivesTheTable()
    {
        var same = new HashLayer(new ChannelMixerShape(3, 4), new() { Experts = 4, Vocabulary = 10, Seed = 7 });
        var other = new HashLayer(new ChannelMixerShape(3, 4), new() { Experts = 4, Vocabulary = 10, Seed = 8 });
        Assert.Equal(_layer.Table.ToArray<long>(), same.Table.ToArray<long>());
        Assert.NotEqual(_layer.Table.ToArray<long>(), other.Table.ToArray<long>());
        Assert.DoesNotContain("table", _layer.StateDict().Keys);
    }

    private long[] Experts(Tensor input)
    {
        using var recorder = new Recorder();
        _layer.Call(input);
        return recorder.Named("experts").Single().ToArray<long>();
    }
}
