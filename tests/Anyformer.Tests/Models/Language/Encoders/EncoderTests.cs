using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.FeedForward;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Encoders;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language.Encoders;

/// <summary>What holds for BERT, ConvBERT and the encoder inside them.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class EncoderTests
{
    private static readonly LanguageShape s_shape = new(Vocabulary: 13, Tokens: 16);

    [Theory]
    [InlineData("bert-base", 110_106_428)]
    [InlineData("bert-large", 336_226_108)]
    [InlineData("conv-bert-small", 13_207_442)]
    [InlineData("conv-bert-medium-small", 17_555_946)]
    [InlineData("conv-bert-base", 106_303_170)]
    public void PublishedSizesHaveAsManyWeightsAsPublished(string preset, long expected)
    {
        using var skipping = Initialization.Skip();
        using var scope = new TensorScope();
        var shape = new LanguageShape(30522, 512);
        MaskedLanguageModel model = preset.StartsWith("bert", StringComparison.Ordinal)
            ? new Bert(shape, BertOptions.Presets[preset]) : new ConvBert(shape, ConvBertOptions.Presets[preset]);
        Assert.Equal(expected, model.ParameterCount());
    }

    [Fact]
    public void PaddingChangesNothing()
    {
        using var scope = new TensorScope();
        var (model, text) = (Small(), Ids(1, 2, 6));
        var padded = new TextInput(Functional.Cat([text, Ids(2, 2, 3)], 1)) { Real = Functional.Arange(9).Lt(6).Expand([2, -1]) };
        Tensors.AssertClose(model.Call(text), model.Call(padded)[.., ..6], 1e-5);
    }

    [Fact]
    public void TypesAreOfTheFirstKindUnlessSaid()
    {
        using var scope = new TensorScope();
        var (model, text) = (Small(), new TextInput(Ids(1, 2, 6)));
        Tensors.AssertSame(model.Call(text), model.Call(text with { Types = Functional.Zeros([2, 6], DType.Int64) }));
        Assert.NotEqual(model.Call(text).Numbers(), model.Call(text with { Types = Functional.Ones([2, 6], DType.Int64) }).Numbers());
        var plain = new TransformerEncoder(s_shape, EncoderOptions.Presets["small"]);
        Assert.Equal("TransformerEncoder has no types of tokens, so it takes a text without them.",
            Assert.Throws<UserException>(() => plain.Call(text with { Types = text.Tokens })).Message);
    }

    [Fact]
    public void PairsThatAreNotSeenMakeNoDifference()
    {
        using var scope = new TensorScope();
        var (model, seen) = (Small(), Ids(1, 1, 6));
        var changed = seen.Clone();
        changed[.., 4].FillInPlace(5);
        var masks = new EncoderMasks { Pairs = Functional.Ones([1, 6, 6], DType.Bool).Tril() };
        Tensors.AssertSame(model.CallStates(new TextInput(seen), masks)[.., ..4], model.CallStates(new TextInput(changed), masks)[.., ..4]);
        Assert.NotEqual(model.Call(seen)[.., ..4].Numbers(), model.Call(changed)[.., ..4].Numbers());
    }

    [Fact]
    public void AMaskedHeadIsOneWhoseOutputsAreNotProjected()
    {
        using var scope = new TensorScope();
        var (model, text) = (Small(), new TextInput(Ids(1, 2, 6)));
        var heads = Tensor.From<float>([1, 0, 1, 0.5f, 1, 1, 0, 1]).View([2, 4]);
        var masked = model.CallStates(text, new EncoderMasks { Heads = heads });
        Tensors.AssertClose(model.CallStates(text), model.CallStates(text, new EncoderMasks { Heads = Functional.Ones([2, 4]) }), 1e-6);
        using (Autograd.NoGrad())
            foreach (var layer in new[] { 0, 1 })
                model.StateDict()[$"encoder.layers.blocks.{layer}.mixer.output_projection.weight"].MulInPlace(heads.Select(0, layer).RepeatInterleave(16));
        Tensors.AssertClose(model.CallStates(text), masked, 1e-5);
    }

    [Fact]
    public void AHeadMaskThatDoesNotFitIsRefused()
    {
        using var scope = new TensorScope();
        var text = new TextInput(Ids(1, 1, 5));
        string Refusal(Bert model, params long[] shape) =>
            Assert.Throws<UserException>(() => model.CallStates(text, new EncoderMasks { Heads = Functional.Ones(shape) })).Message;
        Assert.Equal("A head mask must have a row for each layer, found 3 for 2 layers.", Refusal(Small(), 3, 4));
        Assert.Equal("A head mask must have a number for each head, found 5 for 4 heads.", Refusal(Small(), 2, 5));
        var headless = new Bert(s_shape, BertOptions.Presets["small"] with { Attention = Part<TokenMixer>.Of("synthesizer") });
        Assert.Equal("The attention of the model joins no heads, so none can be masked.", Refusal(headless, 2, 4));
    }

    [Fact]
    public void TheGradientOfAHeadMaskTellsWhatAHeadCounts()
    {
        using var scope = new TensorScope();
        var model = Small();
        model.To(DType.Float64);
        var heads = Functional.Ones([2, 4], DType.Float64);
        heads.RequiresGrad = true;
        FiniteDifferences.AssertGradients([heads], () => model.CallStates(new TextInput(Ids(1, 1, 4)), new EncoderMasks { Heads = heads }).Square().Cos().Sum());
    }

    [Fact]
    public void TheFirstTokenIsPooled()
    {
        using var scope = new TensorScope();
        var model = Small();
        var states = model.CallStates(new TextInput(Ids(1, 3, 5)));
        var state = model.StateDict();
        var pooled = states[.., 0].MatMul(state["pooler.weight"].Transpose(0, 1)).Tanh();
        Tensors.AssertClose(pooled, model.CallPooled(states), 1e-5);
        Tensors.AssertClose(pooled.MatMul(state["next_sentence.weight"].Transpose(0, 1)), model.CallNextSentence(model.CallPooled(states)), 1e-5);
    }

    [Fact]
    public void AnEncoderTakesAnyParts()
    {
        foreach (var (attention, position, norm, feedForward, wiring) in new[]
        {
            ("performer", "rotary", "rms", "swiglu", "pre"), ("linformer", "sinusoidal", "scale", "feed-forward", "deepnorm"),
            ("mixed-attention", "learned", "layer", "grouped-feed-forward", "post"), ("softmax", "t5", "layer", "switch", "sandwich"),
        })
        {
            using var scope = new TensorScope();
            var options = EncoderOptions.Presets["small"] with
            {
                Attention = Part<TokenMixer>.Of(attention),
                Position = Part<PositionEncoding>.Of(position),
                Norm = Part<NormalizationLayer>.Of(norm),
                FeedForward = Part<ChannelMixer>.Of(feedForward),
                Wiring = Part<Wiring>.Of(wiring),
                EmbeddingWidth = 24,
                Types = 3,
                HeadActivation = "relu",
            };
            var model = new TransformerEncoder(s_shape, options);
            model.Call(new TextInput(Ids(1, 2, 9)) { Types = Ids(2, 2, 9).Remainder(3) }).Flatten(0, 1).CrossEntropyLoss(Ids(3, 2, 9).Flatten()).Backward();
            Assert.All(model.Parameters(), parameter => Assert.True(parameter.Grad is null || double.IsFinite(parameter.Grad.Sum().Item<double>())));
            Assert.Contains(model.NamedParameters(), item => item.Name.StartsWith("embedding.projection", StringComparison.Ordinal) && item.Parameter.Grad is not null);
        }
    }

    [Fact]
    public void TheFirstLayerOfScoresIsTheEmbedding()
    {
        using var scope = new TensorScope();
        var options = EncoderOptions.Presets["small"] with { Position = null, Layers = new LayerOptions { Count = 1 }, ScalesEmbeddings = false };
        var model = new TransformerEncoder(s_shape, options);
        var states = Tensors.Normal(1, 2, 3, 64);
        Tensors.AssertClose(states.MatMul(model.StateDict()["embedding.text.table.weight"].Transpose(0, 1)), model.CallScores(states), 1e-5);
        var untied = new TransformerEncoder(s_shape, options with { TiesEmbeddings = false });
        Assert.Equal(model.ParameterCount() + 13 * 64, untied.ParameterCount());
    }

    private static Bert Small()
    {
        TorchRuntime.ManualSeed(1);
        var model = new Bert(s_shape, BertOptions.Presets["small"] with { InitialDeviation = 0.2 });
        model.Eval();
        return model;
    }

    private static Tensor Ids(int seed, int texts, int tokens)
    {
        var random = new Random(seed);
        return Tensor.From<long>([.. Enumerable.Range(0, texts * tokens).Select(_ => random.NextInt64(s_shape.Vocabulary))]).View([texts, tokens]);
    }
}
