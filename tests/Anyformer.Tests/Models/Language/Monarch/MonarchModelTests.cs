using Anyformer.Attention.LongConvolutions;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Monarch;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.Models.Language.Monarch;

[Collection(DefaultGenerator.Name)]
public sealed class MonarchModelTests
{
    private static readonly LanguageShape s_shape = new(Vocabulary: 11, Tokens: 20);

    [Theory]
    [InlineData("80m", 80e6)]
    [InlineData("110m", 110e6)]
    [InlineData("260m", 260e6)]
    [InlineData("341m", 341e6)]
    public void PublishedSizesHaveAboutAsManyWeightsAsTheirNames(string preset, double expected)
    {
        using var skipping = Anyformer.Modules.Initialization.Skip();
        long Count(int layers)
        {
            using var scope = new TensorScope();
            return new M2Bert(new LanguageShape(30528, 128), M2BertOptions.Presets[preset] with { Layers = layers }).ParameterCount();
        }

        var (one, two) = (Count(1), Count(2));
        Assert.InRange(one + 11 * (two - one), 0.9 * expected, 1.1 * expected);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PaddingIsMixedInOrNot(bool seen)
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var model = new M2Bert(s_shape, M2BertOptions.Presets["small"] with { SeesPadding = seen });
        var text = (Functional.Arange(20) * 7).Remainder(11).Unsqueeze(0);
        var real = Functional.Arange(20).Unsqueeze(0).Lt(12);
        var other = Functional.Cat([text[.., ..12], text[.., 3..11]], 1);
        var difference = (model.Call(text, real) - model.Call(other, real))[.., ..12].Abs().Max().Item<float>();
        Assert.Equal(seen, difference > 1e-4);
    }

    [Fact]
    public void ATextBecomesOneVector()
    {
        using var scope = new TensorScope();
        var states = Tensors.Normal(1, 2, 3, 64);
        var real = Tensor.From<bool>([true, true, true, true, false, false]).View([2, 3]);
        M2BertEncoder Encoder(TextPooling? pooling) => new(s_shape, M2BertOptions.Presets["small"] with { Pooling = pooling });
        var (first, mean) = (Encoder(TextPooling.First), Encoder(TextPooling.Mean));
        mean.Load(first.StateDict());
        Tensors.AssertClose(first.CallPooled(states, real)[1], mean.CallPooled(states, real)[1]);
        Tensors.AssertClose(first.CallPooled(states.Mean([1], keepdim: true)), mean.CallPooled(states));
        Assert.Equal("This M2-BERT makes no vector of a text; build it with an option 'pooling' of first or mean.",
            Assert.Throws<UserException>(() => Encoder(null).CallPooled(states)).Message);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void M2BertTrains(bool gated, bool bidirectional) => AssertTrains(new M2Bert(s_shape,
        M2BertOptions.Presets["small"] with { Gated = gated, Bidirectional = bidirectional, Mixer = new MonarchMixerOptions { InputNorm = true } }));

    [Fact]
    public void M2GptTrainsAndSeesNothingOfTheFuture()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var model = new M2Gpt(s_shape, M2GptOptions.Presets["small"]);
        AssertTrains(model);
        Assert.False(model.ReadsOn);
        var text = (Functional.Arange(20) * 7).Remainder(11).Unsqueeze(0);
        var changed = Functional.Cat([text[.., ..9], text[.., ..11]], 1);
        Tensors.AssertSame(model.Call(text)[.., ..9], model.Call(changed)[.., ..9]);
    }

    [Fact]
    public void WhatTheyCannotTakeIsRefused()
    {
        using var scope = new TensorScope();
        var model = new M2Bert(s_shape, M2BertOptions.Presets["small"]);
        Assert.Equal("The model was built for texts of 20 tokens, found 21.",
            Assert.Throws<UserException>(() => model.Call(Functional.Zeros([1, 21], DType.Int64))).Message);
    }

    private static void AssertTrains(TextModel model)
    {
        using var scope = new TensorScope();
        var text = (Functional.Arange(40).View([2, 20]) * 7).Remainder(11);
        var optimizer = new Adam(model.Parameters(), new AdamOptions { LearningRate = 3e-3 });
        double Step()
        {
            optimizer.ZeroGrad();
            var loss = model.Call(text).Flatten(0, 1).CrossEntropyLoss(text.Roll([-1], [1]).Flatten());
            loss.Backward();
            optimizer.Step();
            return loss.Item<double>();
        }

        var losses = Enumerable.Range(0, 15).Select(_ => Step()).ToArray();
        Assert.True(losses[^1] < 0.9 * losses[0], $"the loss went from {losses[0]} to {losses[^1]}");
        Assert.All(model.NamedParameters(), item => Assert.True(item.Parameter.Grad is not null, item.Name));
    }
}
