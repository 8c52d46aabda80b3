using Anyformer.Checkpoints;
using Anyformer.Models.Vision;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Vision;

public sealed class VisionCheckpointTests : IDisposable
{
    private static readonly ImageShape s_shape = new(3, 12, 12, 5);
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void WeightsOfAnyKnownNamesLoad()
    {
        var plain = VisionTransformerTests.Small();
        var dino = plain with { Registers = 2, PrefixPositions = PrefixPositions.Class, MaskToken = true, LayerScale = 1, FeedForward = TimmConfig.SwiGlu };
        AssertLoads(() => new VisionTransformer(s_shape, plain), new StateDictLayout(), classes: 5);
        AssertLoads(() => new VisionTransformer(s_shape, plain), VisionLayouts.Timm(), classes: 5);
        AssertLoads(() => new DeiT(s_shape, new DeiTOptions { Patch = 4, Width = 8, Layers = 1, Heads = 2, HiddenWidth = 8 }), VisionLayouts.DeiT(), classes: 5);
        AssertLoads(() => new VisionTransformer(s_shape with { Classes = 0 }, dino), VisionLayouts.DinoV2(2, isGated: true), classes: 0);
        AssertLoads(() => new VisionTransformer(s_shape with { Classes = 0 }, plain), VisionLayouts.Dino(), classes: 0);
        AssertLoads(() => new VisionTransformer(s_shape with { Classes = 0 }, plain), VisionLayouts.Mae(), classes: 0);
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        using var scope = new TensorScope();
        Safetensors.Save(_folder["weights"], new VisionTransformer(s_shape, VisionTransformerTests.Small()).StateDict());
        var wider = new VisionTransformer(s_shape with { Classes = 6 }, VisionTransformerTests.Small());
        Assert.Equal("The weights do not fit VisionTransformer: 2 of another shape (head.weight is [5, 8], expected [6, 8], head.bias is [5], expected [6]).",
            Assert.Throws<UserException>(() => VisionCheckpoint.Open(_folder["weights"]).Load(wider)).Message);
    }

    public void Dispose() => _folder.Dispose();

    private void AssertLoads(Func<ImageClassifier> build, StateDictLayout layout, int classes)
    {
        using var scope = new TensorScope();
        var (trained, fresh) = (build(), build());
        Safetensors.Save(_folder["weights"], layout.ToOfficial(trained.StateDict()));
        var checkpoint = VisionCheckpoint.Open(_folder["weights"]);
        checkpoint.Load(fresh);
        Assert.Equal((classes, 3), (checkpoint.Classes, checkpoint.GridSide));
        foreach (var (name, tensor) in trained.StateDict())
            Tensors.AssertSame(tensor, fresh.StateDict()[name]);
    }
}
