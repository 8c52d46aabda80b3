using Anyformer.Attention.Kernels;
using Anyformer.Models.Language;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language;

[Collection(DefaultGenerator.Name)]
public sealed class PerformerLanguageModelTests
{
    private static readonly PerformerLanguageModelOptions s_tiny = new()
    {
        Vocabulary = 11,
        Positions = 20,
        Width = 12,
        Layers = 2,
        Heads = 3,
        HeadWidth = 4,
        LocalHeads = 1,
        LocalWindow = 4,
        FeatureMap = Part<FeatureMap>.Of("favor-generalized"),
    };

    [Fact]
    public void TheExampleOfTheReferenceHasItsParameters()
    {
        var model = new PerformerLanguageModel(PerformerLanguageModelOptions.Presets["enwik8"] with { Layers = 1 });
        const int block = 4 * 512 * 512 + 2 * (2 * 512) + 2 * 4 * 512 * 512 + 5 * 512;
        Assert.Equal(256 * 512 + block + 2 * 512 + 512 * 256 + 256, model.ParameterCount());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NoTokenDependsOnLaterOnes(bool rotary)
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var model = new PerformerLanguageModel(s_tiny with { RotaryPositions = rotary, TiedEmbedding = rotary });
        model.Eval();
        var tokens = (Functional.Arange(15).View([1, 15]) * 7).Remainder(11);
        var changed = Functional.Cat([tokens[.., ..9], tokens[.., ..6]], 1);
        var logits = model.Call(tokens);
        Assert.Equal([1L, 15, 11], logits.Shape);
        Tensors.AssertClose(logits[.., ..9], model.Call(changed)[.., ..9], 1e-5);
    }

    [Fact]
    public void AllLayersDrawAnewAtOnce()
    {
        using var scope = new TensorScope();
        var options = s_tiny with { RedrawInterval = 1, FeatureMap = Part<FeatureMap>.Of("favor", new ProjectedFeatureMapOptions { RedrawInterval = null }) };
        var model = new PerformerLanguageModel(options);
        double[][] Directions() => [.. model.StateDict().Where(item => item.Key.EndsWith("projection_matrix", StringComparison.Ordinal))
            .Select(item => item.Value.Numbers())];
        var tokens = Functional.Zeros([1, 5], DType.Int64);
        var first = Directions();
        Assert.Equal(2, first.Length);
        model.Call(tokens);
        Assert.Equal(first, Directions());
        model.Call(tokens);
        Assert.All(first.Zip(Directions()), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public void MistakesAreNamed()
    {
        using var scope = new TensorScope();
        Assert.Equal("This Performer takes samples of up to 20 tokens, found 21.",
            Assert.Throws<UserException>(() => new PerformerLanguageModel(s_tiny).Call(Functional.Zeros([1, 21], DType.Int64))).Message);
        Assert.Equal("There cannot be more local heads than heads, found 4 and 3.",
            Assert.Throws<UserException>(() => new PerformerLanguageModel(s_tiny with { LocalHeads = 4 })).Message);
    }
}
