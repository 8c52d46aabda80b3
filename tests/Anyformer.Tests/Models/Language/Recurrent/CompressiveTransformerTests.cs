using Anyformer.Models.Language;
using Anyformer.Models.Language.Recurrent;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language.Recurrent;

[Collection(DefaultGenerator.Name)]
public sealed class CompressiveTransformerTests
{
    private const int Segment = 6;

    [Fact]
    public void MemoriesAreKeptThenCompressedThenForgotten()
    {
        using var scope = new TensorScope();
        var model = Tiny(options => options with { Memory = 6, Compressed = 5, Rate = 2 });
        CompressiveMemory? memory = null;
        var sizes = new List<(long, long)>();
        for (var segment = 0; segment < 4; segment++)
        {
            (_, memory) = model.CallSegment(Text(Segment), memory);
            sizes.Add((memory.Recent[0].Size(1), memory.Compressed[1].Size(1)));
        }

        Assert.Equal([(6, 0), (6, 3), (6, 5), (6, 5)], sizes);
        Assert.All(memory!.Recent.Concat(memory.Compressed), tensor => Assert.False(tensor.RequiresGrad));
        var (_, after) = model.CallSegment(Text(4), memory);
        Tensors.AssertSame(memory.Recent[0], after.Recent[0]);
        Tensors.AssertSame(memory.Compressed[1], after.Compressed[1]);
    }

    [Theory]
    [InlineData(CompressionKind.Mean, new[] { 2.0, 20, 5, 15 })]
    [InlineData(CompressionKind.Max, new[] { 3.0, 30, 6, 20 })]
    [InlineData(CompressionKind.MostUsed, new[] { 3.0, 10, 4, 20 })]
    public void CompressionsOfThreeToOne(CompressionKind kind, double[] expected)
    {
        using var scope = new TensorScope();
        var old = Tensor.From(new double[,] { { 1, 30 }, { 2, 20 }, { 3, 10 }, { 4, 20 }, { 5, 15 }, { 6, 10 }, { 7, 90 } }).Unsqueeze(0);
        // The third and the fourth were looked at most; the last is over.
        var usage = Tensor.From([0.1, 0.2, 0.3, 0.9, 0.0, 0.1, 0.2]).Unsqueeze(0);
        Tensors.AssertClose(expected, MemoryCompression.Of(kind, 2, 3).Call(old, usage));
    }

    [Fact]
    public void TheLossOfCompressionTeachesTheCompressionAlone()
    {
        using var scope = new TensorScope();
        var model = Tiny(options => options);
        var (_, memory) = model.CallSegment(Text(Segment));
        using var losses = new AuxiliaryLoss();
        _ = model.CallSegment(Text(Segment), memory);
        Assert.Equal(2, losses.Terms.Count);
        losses.AddTo(Functional.Zeros([])).Backward();
        Assert.All(model.NamedParameters(), item =>
            Assert.Equal(item.Name.Contains("compression", StringComparison.Ordinal), item.Parameter.Grad is not null));
    }

    [Fact]
    public void OutsideTrainingNothingIsLost()
    {
        using var scope = new TensorScope();
        var model = Tiny(options => options);
        model.Eval();
        using var losses = new AuxiliaryLoss();
        var (_, memory) = model.CallSegment(Text(Segment));
        _ = model.CallSegment(Text(Segment), memory);
        Assert.Empty(losses.Terms);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NoTokenDependsOnLaterOnesAndMemoriesMatter(bool gated)
    {
        using var scope = new TensorScope();
        var model = Tiny(options => options with { GatedResiduals = gated, GatedFeedForward = gated, EmbeddingWidth = gated ? 6 : null });
        model.Eval();
        var (text, memory) = (Text(Segment), model.CallSegment(Text(Segment)).Memory);
        var changed = Functional.Cat([text[.., ..4], text[.., ..2]], 1);
        var scores = model.CallSegment(text, memory).Scores;
        Tensors.AssertClose(scores[.., ..4], model.CallSegment(changed, memory).Scores[.., ..4]);
        Tensors.AssertClose(model.CallSegment(text).Scores, model.Call(text));
        Assert.True((scores - model.Call(text)).Abs().Max().Item<float>() > 1e-4);
    }

    [Fact]
    public void WhatDoesNotGoTogetherIsRefused()
    {
        string Message(Func<CompressiveTransformerOptions, CompressiveTransformerOptions> change) => Assert.Throws<UserException>(() => Tiny(change)).Message;
        Assert.Equal("The memory must hold the tokens of a segment at least, 6, found 5.", Message(options => options with { Memory = 5 }));
        Assert.Equal("The compressed memory must hold what the memory makes at least, 3, found 2.", Message(options => options with { Compressed = 2 }));
        Assert.Equal("Layers that remember must be numbers from 0 to 1, found 0, 2.", Message(options => options with { MemoryLayers = [0, 2] }));
        Assert.Equal("The width must be a multiple of the number of heads, found width 16 and 3 heads.", Message(options => options with { Heads = 3 }));
        using var scope = new TensorScope();
        Assert.Equal("The model was built for texts of 6 tokens, found 7.", Assert.Throws<UserException>(() => Tiny(options => options).Call(Text(7))).Message);
    }

    private static CompressiveTransformer Tiny(Func<CompressiveTransformerOptions, CompressiveTransformerOptions> change)
    {
        TorchRuntime.ManualSeed(1);
        return new CompressiveTransformer(new LanguageShape(11, Segment),
            change(CompressiveTransformerOptions.Presets["small"] with { Width = 16, Heads = 2, FeedForwardWidth = 24 }));
    }

    private static Tensor Text(int tokens) => (Functional.Arange(2 * tokens).View([2, tokens]) * 7).Remainder(11);
}
