using Anyformer.Attention.Shallow;
using Anyformer.Models.Language;
using Anyformer.Models.Language.EncoderDecoders;
using Anyformer.Models.Language.Shallow;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language.Shallow;

[Collection(DefaultGenerator.Name)]
public sealed class ShallowTransformerTests
{
    private static readonly TranslationShape s_shape = new(new LanguageShape(9, 7), new LanguageShape(8, 6));

    private static readonly EncoderDecoderOptions s_base = EncoderDecoderOptions.PreNorm(16, 2, 2) with { FeedForwardWidth = 24, Dropout = 0 };

    public static TheoryData<string> Presets => [.. ShallowTransformerOptions.Presets.Keys];

    [Theory]
    [MemberData(nameof(Presets))]
    public void EveryKindOfReplacementTrains(string preset)
    {
        using var scope = new TensorScope();
        var model = new ShallowTransformer(s_shape, ShallowTransformerOptions.Presets[preset] with { Transformer = s_base });
        var scores = model.Call(Functional.RandInt(9, [3, 5]), Functional.RandInt(8, [3, 4]), Real(3, 5), Real(3, 4));
        Assert.Equal([3L, 4, 8], scores.Shape);
        scores.Flatten(0, 1).CrossEntropyLoss(Functional.RandInt(8, [12])).Backward();
        Assert.All(model.NamedParameters(), item => Assert.True(item.Parameter.Grad is not null, item.Name));
    }

    [Fact]
    public void OnlyTheNamedLayersAreReplaced()
    {
        using var scope = new TensorScope();
        var options = new ShallowTransformerOptions
        {
            Transformer = s_base,
            Replacements =
            [
                new() { Layers = [1], Approach = ShallowApproach.Layer },
                new() { Place = ShallowPlace.CrossAttention, Layers = [0] },
            ],
        };
        var model = new ShallowTransformer(s_shape, options);
        Assert.Equal([(ShallowPlace.Encoder, 1), (ShallowPlace.CrossAttention, 0)], model.Networks().Select(found => (found.Place, found.Layer)));
        var names = model.StateDict().Keys.ToArray();
        Assert.Contains("transformer.encoder.blocks.0.mixer.query_projection.weight", names);
        // The network is the whole layer.
        Assert.All(names.Where(name => name.StartsWith("transformer.encoder.blocks.1.", StringComparison.Ordinal)), name => Assert.Contains(".mixer.network.", name));
        Assert.Equal([7 * 16 / 8], model.StateDict()["transformer.encoder.blocks.1.mixer.network.hidden.bias"].Shape);
        Assert.Equal([(7 + 6) * 16 / 8], model.StateDict()["transformer.decoder.blocks.0.cross_attention.network.hidden.bias"].Shape);
    }

    [Fact]
    public void ARecipeSaysWhatIsReplaced()
    {
        var options = OptionBinder.Bind<ShallowTransformerOptions>(RecipeDocument.Parse(
            "{transformer: {width: 32}, replacements: [{place: cross-attention, size: xl}, {approach: alsr, layers: [0, 2]}]}", "a recipe").Root);
        Assert.Equal(32, options.Transformer.Width);
        Assert.Equal(
            [new() { Place = ShallowPlace.CrossAttention, Size = ShallowSize.Xl }, new() { Approach = ShallowApproach.Heads, Layers = [0, 2] }],
            (IEnumerable<ShallowReplacement>)options.Replacements);
    }

    [Fact]
    public void WhatCannotBeReplacedIsRefused()
    {
        string Message(params ShallowReplacement[] replacements) => Assert.Throws<UserException>(
            () => new ShallowTransformer(s_shape, new() { Transformer = s_base, Replacements = [.. replacements] })).Message;
        Assert.Equal("Attention of a decoder is replaced by networks for all heads (approach: alr), found another approach.",
            Message(new ShallowReplacement { Place = ShallowPlace.Decoder, Approach = ShallowApproach.Layer }));
        Assert.Equal("There are 2 layers, from 0, whose attention can be replaced, found number 2.", Message(new ShallowReplacement { Layers = [0, 2] }));
        Assert.Equal("Attention can be replaced once, found two replacements for layer 1 of the same place.",
            Message(new ShallowReplacement { Layers = [1] }, new ShallowReplacement { Size = ShallowSize.L }));
    }

    private static Tensor Real(int batch, int tokens) => Functional.Arange(tokens).Lt(Tensor.From<long>([.. Enumerable.Range(0, batch).Select(i => (long)tokens - i)]).Unsqueeze(1));
}
