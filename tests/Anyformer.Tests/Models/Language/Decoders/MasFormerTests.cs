using Anyformer.Attention;
using Anyformer.Attention.Mixed;
using Anyformer.Blocks.Layers;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoders;
using Anyformer.Models.Language.Decoding;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language.Decoders;

[Collection(DefaultGenerator.Name)]
public sealed class MasFormerTests
{
    [Fact]
    public void TheLargeOneHasTheWeightsOfGptNeo()
    {
        using var skipping = Initialization.Skip();
        long Count(int layers)
        {
            using var scope = new TensorScope();
            return new MasFormer(new LanguageShape(50257, 2048), MasFormerOptions.Presets["gpt-neo-1.3b"] with { Layers = new LayerOptions { Count = layers } }).ParameterCount();
        }

        var (one, two) = (Count(1), Count(2));
        Assert.Equal(1_315_575_808, one + 23 * (two - one));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(100)]
    public void ReadingOnIsReadingAllAndLocalLayersRememberFewTokens(int tokens)
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var model = new MasFormer(new LanguageShape(11, 128), MasFormerOptions.Presets["small"] with
        {
            Attention = Part<TokenMixer>.Of("mixed-span", new MixedSpanAttentionOptions { Local = MixedSpanAttentionOptions.Blocks(8, 1) }),
            InitialDeviation = 0.2,
        });
        model.Eval();
        var text = (Functional.Arange(tokens) * 7).Remainder(11).Unsqueeze(0);
        using var reading = new CachedReading(model);
        var steps = text[.., 13..].Split(1, 1).Prepend(text[.., ..13]).Select(reading.ReadAll).ToArray();
        Tensors.AssertClose(model.Call(text), Functional.Cat(steps, 1), 1e-4);
        var remembered = reading.State.Memories.Select(memory => memory[0].Size(2)).ToArray();
        Assert.InRange(remembered[0], 1, 16);
        Assert.Equal(tokens, remembered[1]);
    }
}
