using Anyformer.Attention;
using Anyformer.Blocks.Layers;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoding;
using Anyformer.Models.Language.EncoderDecoders;
using Anyformer.Modules;
using Anyformer.Positions;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language.EncoderDecoders;

[Collection(DefaultGenerator.Name)]
public sealed class T5Tests
{
    private static readonly T5Options s_small = T5Options.Presets["small"];

    [Theory]
    [InlineData("t5-small", 60_506_624)]
    [InlineData("t5-base", 222_903_552)]
    [InlineData("t5-large", 737_668_096)]
    [InlineData("t5-3b", 2_851_598_336)]
    [InlineData("t5-11b", 11_307_321_344)]
    [InlineData("t5-v1_1-small", 76_961_152)]
    [InlineData("t5-v1_1-base", 247_577_856)]
    [InlineData("t5-v1_1-large", 783_150_080)]
    [InlineData("t5-v1_1-xl", 2_849_757_184)]
    [InlineData("t5-v1_1-xxl", 11_135_332_352)]
    public void PublishedSizesHaveAsManyWeightsAsPublished(string preset, long expected)
    {
        // Memory without values is not taken, and layers are alike: two of them tell the rest.
        using var skipping = Initialization.Skip();
        var options = T5Options.Presets[preset];
        long Count(int layers)
        {
            using var scope = new TensorScope();
            return new T5(Shape(32128), options with { Layers = new LayerOptions { Count = layers } }).ParameterCount();
        }

        var (one, two) = (Count(1), Count(2));
        Assert.Equal(expected, one + (options.Layers.Count - 1) * (two - one));
    }

    [Fact]
    public void FreshWeightsAreAsWideAsTheAuthorsDrawThem()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var options = new T5Options { Width = 96, Heads = 3, HeadWidth = 40, FeedForwardWidth = 200, Layers = new LayerOptions { Count = 1 } };
        var state = new T5(Shape(300), options).StateDict();
        void Assert(string name, double deviation)
        {
            var found = state[$"transformer.{name}.weight"].Square().Mean().Sqrt().Item<float>();
            Xunit.Assert.True(Math.Abs(found / deviation - 1) < 0.1, $"{name} is {found} wide, expected {deviation}");
        }

        Assert("source_embedding.table", 1);
        Assert("encoder.blocks.0.mixer.query_projection", 1 / Math.Sqrt(96 * 40));
        Assert("decoder.blocks.0.self_attention.key_projection", 1 / Math.Sqrt(96));
        Assert("decoder.blocks.0.cross_attention.value_projection", 1 / Math.Sqrt(96));
        Assert("decoder.blocks.0.cross_attention.output_projection", 1 / Math.Sqrt(120));
        Assert("encoder.blocks.0.feed_forward.hidden", 1 / Math.Sqrt(96));
        Assert("decoder.blocks.0.feed_forward.output", 1 / Math.Sqrt(200));
        Xunit.Assert.InRange(state["transformer.encoder.blocks.0.mixer.function.modifiers.0.table.weight"].Square().Mean().Sqrt().Item<float>(), 0.06, 0.15);
    }

    [Fact]
    public void LayersShareTheTableOfTheirStack()
    {
        using var scope = new TensorScope();
        var tables = new T5(Shape(9), s_small).StateDict().Keys.Where(name => name.Contains("modifiers", StringComparison.Ordinal));
        Assert.Equal(["transformer.encoder.blocks.0.mixer.function.modifiers.0.table.weight", "transformer.decoder.blocks.0.self_attention.function.modifiers.0.table.weight"], tables);
    }

    [Fact]
    public void ReadingOnGivesWhatReadingAllGives()
    {
        using var scope = new TensorScope();
        var model = new T5(Shape(9), s_small with { DecoderLayers = 3 });
        model.Eval();
        Assert.True(model.ReadsOn);
        var (source, target) = (Functional.RandInt(9, [2, 6]), Functional.RandInt(9, [2, 7]));
        using var reading = TextReading.Of(model, new TextInput(source));
        var scores = Functional.Cat([reading.ReadAll(target.Narrow(1, 0, 4)), .. target.Narrow(1, 4, 3).Split(1, 1).Select(reading.ReadAll)], 1);
        using var unrecorded = Autograd.NoGrad();
        Tensors.AssertClose(model.Call(source, target), scores, 1e-4);
    }

    [Fact]
    public void ScoresDoNotDependOnPaddingOrOnTheFuture()
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var model = new T5(Shape(9), s_small);
        model.Eval();
        var (source, target) = (Functional.RandInt(9, [1, 6]), Functional.RandInt(9, [1, 5]));
        var real = Functional.Cat([Functional.Ones([1, 6], DType.Bool), Functional.Zeros([1, 3], DType.Bool)], 1);
        var longer = Functional.Cat([source, Functional.RandInt(9, [1, 3])], 1);
        var later = Functional.Cat([target, Functional.RandInt(9, [1, 2])], 1);
        Tensors.AssertClose(model.Call(source, target), model.Call(longer, later, real)[.., ..5], 1e-4);
    }

    [Fact]
    public void OtherPartsTakeThePlaceOfItsOwn()
    {
        using var scope = new TensorScope();
        var (source, target) = (Functional.RandInt(9, [2, 6]), Functional.RandInt(9, [2, 5]));
        var linear = new T5(Shape(9), s_small with { Attention = Part<TokenMixer>.Of("linear-transformer"), Position = Part<PositionEncoding>.Of("rope") });
        Assert.Equal([2L, 5, 9], linear.Call(source, target).Shape);
        Assert.Equal("'t5-bias' changes attention scores and 'linear-transformer' gives none to change; with it, the function must be softmax.",
            Assert.Throws<UserException>(() => new T5(Shape(9), s_small with { Attention = Part<TokenMixer>.Of("linear-transformer") })).Message);
        Assert.Equal("Texts that share an embedding need one vocabulary, found 9 tokens of the source and 8 of the target.",
            Assert.Throws<UserException>(() => new T5(new TranslationShape(new LanguageShape(9, 9), new LanguageShape(8, 9)), s_small)).Message);
    }

    private static TranslationShape Shape(int vocabulary) => new(new LanguageShape(vocabulary, 12), new LanguageShape(vocabulary, 12));
}
