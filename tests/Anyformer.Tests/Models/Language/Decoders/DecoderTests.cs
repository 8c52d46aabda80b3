using Anyformer.Attention;
using Anyformer.Blocks.Layers;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoders;
using Anyformer.Modules;
using Anyformer.Positions;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language.Decoders;

/// <summary>What holds for GPT-2 and Llama.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class DecoderTests
{
    private static readonly LanguageShape s_shape = new(Vocabulary: 11, Tokens: 16);

    public static TheoryData<string, int, int, long> PublishedSizes => new()
    {
        { "gpt2", 50257, 1024, 124_439_808 },
        { "gpt2-medium", 50257, 1024, 354_823_168 },
        { "gpt2-large", 50257, 1024, 774_030_080 },
        { "gpt2-xl", 50257, 1024, 1_557_611_200 },
        { "llama-7b", 32000, 2048, 6_738_415_616 },
        { "llama-13b", 32000, 2048, 13_015_864_320 },
        { "llama-33b", 32000, 2048, 32_528_943_616 },
        { "llama-65b", 32000, 2048, 65_285_660_672 },
        { "llama-2-7b", 32000, 4096, 6_738_415_616 },
        { "llama-2-13b", 32000, 4096, 13_015_864_320 },
        { "llama-2-70b", 32000, 4096, 68_976_648_192 },
    };

    [Theory]
    [MemberData(nameof(PublishedSizes))]
    public void PublishedSizesHaveAsManyWeightsAsPublished(string preset, int vocabulary, int tokens, long expected)
    {
        // Memory without values is not taken, and layers are alike: two of them tell the rest.
        using var skipping = Initialization.Skip();
        TransformerOptions options = preset.StartsWith("gpt2", StringComparison.Ordinal) ? Gpt2Options.Presets[preset] : LlamaOptions.Presets[preset];
        long Count(int layers)
        {
            using var scope = new TensorScope();
            return Build(options with { Layers = new LayerOptions { Count = layers } }, new LanguageShape(vocabulary, tokens)).ParameterCount();
        }

        var (one, two) = (Count(1), Count(2));
        Assert.Equal(expected, one + (options.Layers.Count - 1) * (two - one));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PaddingBeforeATextChangesNothingWhereItIsSaid(bool gpt2)
    {
        using var scope = new TensorScope();
        var model = Small(gpt2);
        for (var padding = 1; padding <= 5; padding++)
        {
            var text = Ids(padding, 7);
            var padded = Functional.Cat([Functional.Full([1, padding], 3, DType.Int64), text], 1);
            var real = Functional.Arange(7 + padding).Ge(padding).Unsqueeze(0);
            var positions = (real.To(DType.Int64).CumSum(1) - 1).ClampMin(0);
            // The other text of the batch has no padding.
            var batch = new TextInput(Functional.Cat([padded, Ids(9, 7 + padding)], 0))
            {
                Real = Functional.Cat([real, Functional.Ones([1, 7 + padding], DType.Bool)], 0),
                Positions = Functional.Cat([positions, Functional.Arange(7 + padding).Unsqueeze(0)], 0),
            };
            var scores = model.Call(batch);
            Tensors.AssertClose(model.Call(text), scores.Narrow(0, 0, 1).Narrow(1, padding, 7), 1e-4);
            Tensors.AssertClose(model.Call(Ids(9, 7 + padding)), scores.Narrow(0, 1, 1), 1e-4);
        }
    }

    [Fact]
    public void LlamaSeesDistancesAndGpt2SeesPlaces()
    {
        using var scope = new TensorScope();
        var text = new TextInput(Ids(1, 6)) { Positions = Functional.Arange(6).Unsqueeze(0) };
        var later = text with { Positions = text.Positions! + 5 };
        Tensors.AssertClose(Small(gpt2: false).Call(text), Small(gpt2: false).Call(later), 1e-4);
        Assert.True((Small(gpt2: true).Call(text) - Small(gpt2: true).Call(later)).Abs().Max().Item<float>() > 1e-3);
    }

    [Fact]
    public void PositionsThatAreNoneAreRefused()
    {
        using var scope = new TensorScope();
        var (tokens, model) = (Ids(1, 3), Small(gpt2: true));
        string Refusal(LanguageModel model, Tensor positions) =>
            Assert.Throws<UserException>(() => model.Call(new TextInput(tokens) { Positions = positions })).Message;
        Assert.Equal("Learned positions were built for positions from 0 to 15, found 16.", Refusal(model, Tensor.From<long>([0, 1, 16]).View([1, 3])));
        Assert.Equal("Learned positions were built for positions from 0 to 15, found -1.", Refusal(model, Tensor.From<long>([0, -1, 2]).View([1, 3])));
        Assert.Equal("Positions must be given for every token, found some for 1 texts of 2 tokens, expected 1 of 3.",
            Refusal(model, Tensor.From<long>([0, 1]).View([1, 2])));
        var distances = new Gpt2(s_shape, Gpt2Options.Presets["small"] with { Position = Part<PositionEncoding>.Of("alibi") });
        Assert.False(distances.TakesPositions);
        Assert.Equal("TransformerDecoder counts positions itself, so it takes a text without them.", Refusal(distances, Functional.Arange(3).Unsqueeze(0)));
    }

    [Fact]
    public void FreshWeightsAreThoseOfThePaper()
    {
        using var scope = new TensorScope();
        var model = new Gpt2(s_shape, Gpt2Options.Presets["small"] with { Width = 128, FeedForwardWidth = 512, Layers = new LayerOptions { Count = 8 } });
        foreach (var (name, parameter) in model.NamedParameters())
        {
            if (name.EndsWith("norm.weight", StringComparison.Ordinal))
                Assert.All(parameter.Numbers(), number => Assert.Equal(1, number));
            else if (name.EndsWith("bias", StringComparison.Ordinal))
                Assert.All(parameter.Numbers(), number => Assert.Equal(0, number));
            else
            {
                var expected = name.Contains(".output", StringComparison.Ordinal) ? 0.02 / 4 : 0.02;
                Assert.InRange(Math.Sqrt(parameter.Numbers().Average(number => number * number)), 0.93 * expected, 1.07 * expected);
            }
        }
    }

    [Fact]
    public void APaddingTokenHasAVectorOfZerosThatIsNotTrained()
    {
        using var scope = new TensorScope();
        var model = new Llama(s_shape, LlamaOptions.Presets["small"] with { PaddingToken = 3 });
        model.Call(Tensor.From<long>([1, 3, 3]).View([1, 3])).Square().Sum().Backward();
        var table = model.NamedParameters().Single(item => item.Name == "decoder.embedding.table.weight").Parameter;
        Assert.All(table[3].Numbers(), number => Assert.Equal(0, number));
        Assert.All(table.Grad![3].Numbers(), number => Assert.Equal(0, number));
        Assert.Contains(table.Grad![1].Numbers(), number => number != 0);
    }

    [Fact]
    public void AnyPartCanBeAnother()
    {
        using var scope = new TensorScope();
        var options = Gpt2Options.Presets["small"] with { Attention = Part<TokenMixer>.Of("linear-transformer"), Position = Part<PositionEncoding>.Of("rotary") };
        var model = new Gpt2(s_shape, options);
        Assert.True(model.ReadsOn);
        Assert.Equal([2, 5, 11], model.Call(Functional.Cat([Ids(1, 5), Ids(2, 5)], 0)).Shape);
    }

    private static LanguageModel Build(TransformerOptions options, LanguageShape shape) => options switch
    {
        Gpt2Options gpt2 => new Gpt2(shape, gpt2),
        LlamaOptions llama => new Llama(shape, llama),
        _ => throw new ArgumentException($"There is no model of {options.GetType().Name}."),
    };

    /// <summary>A small model whose weights are so large that differences show.</summary>
    private static LanguageModel Small(bool gpt2)
    {
        TorchRuntime.ManualSeed(1);
        TransformerOptions options = gpt2 ? Gpt2Options.Presets["small"] : LlamaOptions.Presets["small"];
        var model = Build(options with { InitialDeviation = 0.2 }, s_shape);
        model.Eval();
        return model;
    }

    private static Tensor Ids(int seed, int tokens)
    {
        var random = new Random(seed);
        return Tensor.From<long>([.. Enumerable.Range(0, tokens).Select(_ => random.NextInt64(s_shape.Vocabulary))]).Unsqueeze(0);
    }
}
