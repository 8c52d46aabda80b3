using Anyformer.Attention;
using Anyformer.Blocks.Layers;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoding;
using Anyformer.Models.Language.EncoderDecoders;
using Anyformer.Positions;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language.Decoding;

[Collection(DefaultGenerator.Name)]
public sealed class TextReadingTests
{
    private const int Vocabulary = 9;

    [Theory]
    [InlineData("softmax", "rope", true)]
    [InlineData("softmax", "learned", true)]
    [InlineData("softmax", "alibi", true)]
    [InlineData("grouped-query", "rope", true)]
    [InlineData("linear-transformer", "sinusoidal", true)]
    [InlineData("reformer", "sinusoidal", false)]
    public void TextsThatAreChosenAgainGoOn(string attention, string position, bool readsOn)
    {
        using var scope = new TensorScope();
        var model = new TransformerDecoder(new LanguageShape(Vocabulary, 16), Options(attention, position));
        model.Eval();
        Assert.Equal(readsOn, model.ReadsOn);
        using var reading = TextReading.Of(model);
        var text = Ids(1, 3, 5);
        reading.Read(text);
        var samples = Tensor.From<long>([2, 0, 0, 1]);
        reading.Select(samples);
        var next = Ids(2, 4, 2);
        var scores = reading.Read(next);
        Assert.Equal(7, reading.Length);
        using var unrecorded = Autograd.NoGrad();
        TorchRuntime.ManualSeed(1);
        var whole = model.Call(Functional.Cat([text.IndexSelect(0, samples), next], 1));
        if (readsOn)
            Tensors.AssertClose(whole[.., -1], scores, 1e-5);
        else
            Assert.Equal(whole[.., -1].Shape, scores.Shape);
    }

    [Theory]
    [InlineData("softmax", "rope")]
    [InlineData("grouped-query", "sinusoidal")]
    [InlineData("reformer", "sinusoidal")]
    public void AWrittenTextIsTheSameAsReadAtOnce(string attention, string position)
    {
        using var scope = new TensorScope();
        var model = new TransformerEncoderDecoder(new TranslationShape(new LanguageShape(Vocabulary, 12), new LanguageShape(Vocabulary, 16)), Options<EncoderDecoderOptions>(attention, position));
        model.Eval();
        Assert.Equal(attention != "reformer", model.ReadsOn);
        var (source, target) = (Ids(3, 2, 6), Ids(4, 2, 7));
        var real = Tensor.From<long>([6, 4]).Unsqueeze(1).Gt(Functional.Arange(6));
        using var reading = TextReading.Of(model, new TextInput(source) { Real = real });
        var scores = Functional.Cat([reading.ReadAll(target.Narrow(1, 0, 3)), reading.ReadAll(target.Narrow(1, 3, 1)), reading.ReadAll(target.Narrow(1, 4, 3))], 1);
        if (!model.ReadsOn)
            return;
        using var unrecorded = Autograd.NoGrad();
        Tensors.AssertClose(model.Call(source, target, real), scores, 1e-5);
        reading.Select(Tensor.From<long>([1]));
        var next = Ids(5, 1, 1);
        Tensors.AssertClose(model.Call(source[1..], Functional.Cat([target[1..], next], 1), real[1..])[.., -1], reading.Read(next), 1e-5);
    }

    [Fact]
    public void WhatIsReadFirstIsThePrefix()
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var model = new TransformerDecoder(new LanguageShape(13, 12), TransformerOptions.Presets["small"]);
        model.Eval();
        var ids = Functional.RandInt(13, [2, 9], DType.Int64);
        var expected = model.Call(new TextInput(ids) { Prefix = Functional.Arange(9).Lt(4).Expand([2, -1]) });
        using var reading = TextReading.OfPrefix(model);
        Tensors.AssertClose(expected.Narrow(1, 3, 1).Squeeze(1), reading.Read(ids.Narrow(1, 0, 4)), 1e-5);
        for (var place = 4; place < 9; place++)
            Tensors.AssertClose(expected.Select(1, place), reading.Read(ids.Narrow(1, place, 1)), 1e-5);
    }

    [Fact]
    public void ATextLongerThanTheModelIsRefused()
    {
        using var scope = new TensorScope();
        var model = new TransformerDecoder(new LanguageShape(Vocabulary, 6), Options("softmax", "rope"));
        using var reading = TextReading.Of(model);
        reading.Read(Ids(1, 1, 6));
        Assert.Equal("The model was built for texts of 6 tokens, found 7.", Assert.Throws<UserException>(() => reading.Read(Ids(1, 1, 1))).Message);
    }

    [Fact]
    public void AModelInTrainingStaysInTraining()
    {
        using var scope = new TensorScope();
        var model = new TransformerDecoder(new LanguageShape(Vocabulary, 6), Options("softmax", "rope") with { Dropout = 0.5 });
        model.Train();
        using var reading = TextReading.Of(model);
        var first = reading.Read(Ids(1, 1, 4));
        using var again = TextReading.Of(model);
        Tensors.AssertSame(first, again.Read(Ids(1, 1, 4)));
        Assert.True(model.IsTraining);
    }

    private static TransformerOptions Options(string attention, string position) => Options<TransformerOptions>(attention, position);

    private static TOptions Options<TOptions>(string attention, string position) where TOptions : TransformerOptions, new() => new()
    {
        Width = 16,
        Heads = 4,
        FeedForwardWidth = 24,
        Attention = Part<TokenMixer>.Of(attention),
        Position = Part<PositionEncoding>.Of(position),
        Layers = new LayerOptions { Count = 2 },
    };

    private static Tensor Ids(int seed, int texts, int tokens)
    {
        var random = new Random(seed);
        return Tensor.From<long>([.. Enumerable.Range(0, texts * tokens).Select(_ => random.NextInt64(Vocabulary))]).View([texts, tokens]);
    }
}
