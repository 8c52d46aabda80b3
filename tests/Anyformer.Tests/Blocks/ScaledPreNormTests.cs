using Anyformer.Blocks;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Tests.Blocks;

[Collection(DefaultGenerator.Name)]
public sealed class ScaledPreNormTests
{
    private readonly Tensor _tokens = Tensors.Normal(1, 2, 3, 4);
    private readonly LayerNorm _norm = new(4);

    [Fact]
    public void TheBranchIsScaledChannelByChannel()
    {
        using var scope = new TensorScope();
        var scale = new LayerScale(4, 0.25);
        Tensors.AssertClose(_tokens + _norm.Call(_tokens).Sin() * 0.25, new ScaledPreNorm(_norm, scale).Call(_tokens, static x => x.Sin()));
    }

    [Fact]
    public void WithoutAScaleItIsPreNorm()
    {
        using var scope = new TensorScope();
        Tensors.AssertSame(new PreNorm(_norm).Call(_tokens, static x => x.Sin()), new ScaledPreNorm(_norm, null).Call(_tokens, static x => x.Sin()));
    }

    [Fact]
    public void ADroppedSampleKeepsItsTokens()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var tokens = Functional.Ones([200, 2, 4]);
        var wired = new ScaledPreNorm(_norm, null, dropPath: 0.5).Call(tokens, static x => x.OnesLike()).Numbers().Chunk(8).ToArray();
        Assert.All(wired, sample => Assert.True(sample.All(value => value == 1) || sample.All(value => value == 3)));
        Assert.InRange(wired.Count(sample => sample[0] == 1), 70, 130);
    }
}
