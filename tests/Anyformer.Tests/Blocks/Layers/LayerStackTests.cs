using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Blocks.Layers;

[Collection(DefaultGenerator.Name)]
public sealed class LayerStackTests
{
    private const int Width = 6;

    [Fact]
    public void LayersRunOneAfterTheOther()
    {
        var tokens = Tensors.Normal(1, 2, 3, Width);
        Tensors.AssertClose(tokens * 8, Stack(new LayerOptions { Count = 3 }).Call(tokens, (_, current) => current * 2));
    }

    [Fact]
    public void ASharedLayerHasTheWeightsOfOneAndIsToldTheStep()
    {
        var stack = Stack(new LayerOptions { Count = 3, Share = LayerSharing.Universal });
        Assert.Equal(Width * Width + Width, stack.ParameterCount());
        var seen = new List<Tensor>();
        stack.Call(Functional.Zeros([1, 2, Width]), (_, current) => { seen.Add(current.Clone().OutliveScopes()); return current.ZerosLike(); });
        Assert.Equal(3, seen.Count);
        Assert.All(seen, told => Assert.Equal(told[0, 0].Numbers(), told[0, 1].Numbers()));
        Assert.NotEqual(seen[0].Numbers(), seen[1].Numbers());
        Assert.NotEqual(seen[1].Numbers(), seen[2].Numbers());
    }

    [Fact]
    public void HaltingCostsAreOfferedToTheLoss()
    {
        using var losses = new AuxiliaryLoss();
        var stack = Stack(new LayerOptions { Count = 4, Share = LayerSharing.Universal, Halting = LayerHalting.Act, PonderWeight = 1 });
        stack.Call(Tensors.Normal(1, 2, 3, Width), (layer, current) => layer.Call(current));
        Assert.InRange(losses.AddTo(Functional.Zeros([])).Item<float>(), 1, 5);
    }

    [Fact]
    public void WhileTrainingLayersAreLeftOut()
    {
        TorchRuntime.ManualSeed(1);
        var stack = Stack(new LayerOptions { Count = 8, Drop = 0.5 });
        var tokens = Functional.Ones([1, 1, Width]);
        var powers = Enumerable.Range(0, 50).Select(_ => Math.Log2(stack.Call(tokens, (_, current) => current * 2).Numbers()[0])).ToArray();
        Assert.InRange(powers.Average(), 3, 5);
        stack.Eval();
        Assert.Equal(256, stack.Call(tokens, (_, current) => current * 2).Numbers()[0]);
    }

    [Fact]
    public void AHistoryBeginsAsMeans()
    {
        var tokens = Functional.Ones([1, 1, Width]);
        // Behind a normalisation ones become zeros, so of three kept states only the embedding counts.
        Tensors.AssertClose(tokens / 3, Stack(new LayerOptions { Count = 2, Connections = LayerConnections.History }).Call(tokens, (_, current) => current.ZerosLike()));
    }

    [Theory]
    [InlineData(LayerSharing.None, LayerHalting.Act, 0, LayerConnections.Previous, "Tokens can halt only where all layers are one: with 'halting: act', 'share' must be universal, found none.")]
    [InlineData(LayerSharing.Universal, LayerHalting.None, 0.1, LayerConnections.Previous, "A layer that is shared cannot be left out: with 'share: universal', 'drop' must be 0.")]
    [InlineData(LayerSharing.Universal, LayerHalting.None, 0, LayerConnections.History, "A learned sum over layers needs layers of their own: with 'share: universal', 'connections' must be previous.")]
    [InlineData(LayerSharing.None, LayerHalting.None, 0.1, LayerConnections.History, "A learned sum over layers needs all of them: with 'connections: history', 'drop' must be 0.")]
    public void WhatDoesNotGoTogetherIsRefused(LayerSharing share, LayerHalting halting, double drop, LayerConnections connections, string message) => Assert.Equal(
        message, Assert.Throws<UserException>(() => Stack(new LayerOptions { Share = share, Halting = halting, Drop = drop, Connections = connections })).Message);

    [Fact]
    public void ADeepNormOfADecoderBehindAnEncoderHasItsOwnScale()
    {
        var shape = new WiringShape(Width, Part<NormalizationLayer>.Of("layer-norm"), 0, 6);
        Assert.Equal(DeepNormScale.Alone(6), DeepNormScale.Of(shape));
        Assert.Equal(DeepNormScale.Encoder(6, 4), DeepNormScale.Of(shape with { Side = StackSide.Encoder, OtherLayers = 4 }));
        Assert.Equal(DeepNormScale.Decoder(6), DeepNormScale.Of(shape with { Side = StackSide.Decoder, OtherLayers = 4 }));
    }

    private static LayerStack<Linear> Stack(LayerOptions options) => options.Build(Width, _ => new Linear(Width, Width), () => new LayerNorm(Width), normalized: false);
}
