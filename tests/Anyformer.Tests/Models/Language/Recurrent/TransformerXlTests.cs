using Anyformer.Models.Language;
using Anyformer.Models.Language.Recurrent;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.Models.Language.Recurrent;

[Collection(DefaultGenerator.Name)]
public sealed class TransformerXlTests
{
    [Theory]
    [InlineData("wt103-base", 267735, 151)]
    [InlineData("enwik8-12", 204, 41)]
    public void PublishedSizesHaveTheirMillionsOfParameters(string preset, int vocabulary, int expected)
    {
        using var skipping = Anyformer.Modules.Initialization.Skip();
        var options = TransformerXlOptions.Presets[preset];
        long Count(int layers)
        {
            using var scope = new TensorScope();
            return new TransformerXl(new LanguageShape(vocabulary, 0), options with { Layers = layers }).ParameterCount();
        }

        var (one, two) = (Count(1), Count(2));
        Assert.Equal(expected, Math.Round((one + (options.Layers - 1) * (two - one)) / 1e6));
    }

    /// <summary>A segment with enough memory gives what it would give as the end of a longer one.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void SegmentsAreOneTextWhereMemoryReaches(bool preNorm, bool adaptive)
    {
        using var scope = new TensorScope();
        var model = Tiny(options => options with { PreNorm = preNorm, Borders = adaptive ? [4, 7] : [], WidthDivisor = adaptive ? 2 : 1, Memory = 30 });
        model.Eval();
        var text = Text(18);
        var whole = model.Call(text);
        IReadOnlyList<Tensor>? memory = null;
        for (var begin = 0; begin < 18; begin += 6)
        {
            (var scores, memory) = model.CallSegment(text.Narrow(1, begin, 6), memory);
            Tensors.AssertClose(whole.Narrow(1, begin, 6), scores, 1e-4);
        }

        Assert.All(memory!, remembered => Assert.Equal([2L, 18, 16], remembered.Shape));
    }

    [Fact]
    public void MemoryGrowsToItsLengthAndNoGradientPassesIt()
    {
        using var scope = new TensorScope();
        var model = Tiny(options => options with { Memory = 8 });
        var first = model.CallSegment(Text(6)).Memory;
        var second = model.CallSegment(Text(6), first).Memory;
        Assert.Equal([6L, 8L], [first[0].Size(1), second[1].Size(1)]);
        Assert.All(second, remembered => Assert.False(remembered.RequiresGrad));
        Tensors.AssertSame(first[1].Narrow(1, 4, 2), second[1].Narrow(1, 0, 2));
    }

    /// <summary>By the definition: a token sees as many tokens as the memory is long, counted over all segments.</summary>
    [Fact]
    public void OfSameLengthEveryTokenSeesEquallyMany()
    {
        using var scope = new TensorScope();
        var model = Tiny(options => options with { Layers = 1, Memory = 4, SameLength = true });
        model.Eval();
        var memory = model.CallSegment(Text(6)).Memory.Select(remembered => remembered.Clone()).ToArray();
        foreach (var tensor in memory)
            tensor.RequiresGrad = true;
        model.CallSegment(Text(3), memory).Scores.Select(1, 1).Square().Sum().Backward();
        // The second token of three sees itself, the first, and two before: as many as the memory is long.
        Assert.Equal([false, false, true, true], Enumerable.Range(0, 4).Select(i => memory[0].Grad!.Select(1, i).Numbers().Any(slope => slope != 0)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AnAdaptiveSoftmaxIsADistributionAndItsLossIsThatOfTheScores(int divisor)
    {
        using var scope = new TensorScope();
        var model = Tiny(options => options with { Borders = [3, 6], WidthDivisor = divisor, EmbeddingWidth = 8, TiedProjections = [true, false, true] });
        model.Eval();
        var (text, targets) = (Text(5), Text(5).Flip([1]));
        var scores = model.Call(text);
        Tensors.AssertClose(Functional.Ones([2, 5]), scores.Exp().Sum([-1]));
        var expected = scores.Gather(2, targets.Unsqueeze(-1)).Squeeze(-1) * -1;
        Tensors.AssertClose(expected, model.CallLosses(text, targets).Losses);
    }

    [Fact]
    public void ItTrains()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var model = Tiny(options => options with { Borders = [4], WidthDivisor = 2 });
        var text = Text(20);
        var optimizer = new Adam(model.Parameters(), new AdamOptions { LearningRate = 3e-3 });
        double Step()
        {
            optimizer.ZeroGrad();
            var loss = model.CallLosses(text[.., ..^1], text[.., 1..]).Losses.Mean();
            loss.Backward();
            optimizer.Step();
            return loss.Item<double>();
        }

        var losses = Enumerable.Range(0, 30).Select(_ => Step()).ToArray();
        Assert.True(losses[^1] < 0.8 * losses[0], $"the loss went from {losses[0]} to {losses[^1]}");
        Assert.All(model.NamedParameters(), item => Assert.True(item.Parameter.Grad is not null, item.Name));
    }

    [Fact]
    public void WhatDoesNotGoTogetherIsRefused()
    {
        using var scope = new TensorScope();
        string Message(Action act) => Assert.Throws<UserException>(act).Message;
        Assert.Equal("Borders of clusters of tokens must rise from 1 up, found 5, 3.", Message(() => Tiny(options => options with { Borders = [5, 3] })));
        Assert.Equal("Vectors 16 wide cannot be divided by 5 for each of 3 clusters of tokens.",
            Message(() => Tiny(options => options with { Borders = [3, 6], WidthDivisor = 5 })));
        Assert.Equal("The memory must have a tensor for the embedding and for each of 2 layers, found 1.",
            Message(() => Tiny(options => options).CallSegment(Text(3), [Functional.Zeros([2, 3, 16])])));
    }

    private static TransformerXl Tiny(Func<TransformerXlOptions, TransformerXlOptions> change)
    {
        TorchRuntime.ManualSeed(1);
        return new TransformerXl(new LanguageShape(11, 0), change(TransformerXlOptions.Presets["small"] with
        {
            Width = 16,
            Heads = 2,
            HeadWidth = 6,
            FeedForwardWidth = 24,
        }));
    }

    private static Tensor Text(int tokens) => (Functional.Arange(2 * tokens).View([2, tokens]) * 7).Remainder(11);
}
