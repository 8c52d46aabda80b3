using Anyformer.Attention;
using Anyformer.Blocks.Layers;
using Anyformer.Catalog;
using Anyformer.Models.Language;
using Anyformer.Models.Language.EncoderDecoders;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language.EncoderDecoders;

[Collection(DefaultGenerator.Name)]
public sealed class TransformerEncoderDecoderTests
{
    private static readonly EncoderDecoderOptions s_small = new() { Width = 16, Heads = 2, FeedForwardWidth = 24, Layers = new LayerOptions { Count = 2 } };

    [Theory]
    // Vaswani et al. 2017, table 3: 65 and 213 million, of a vocabulary of about 37000.
    [InlineData("original", 63_082_496)]
    [InlineData("original-big", 214_245_376)]
    public void ThePublishedSizesHaveThePublishedNumbersOfParameters(string preset, long parameters)
    {
        const int vocabulary = 37000;
        var options = EncoderDecoderOptions.Presets[preset];
        // A stack of two layers of each side, from which the six follow: the whole would be a gigabyte.
        long Count(int layers) => new TransformerEncoderDecoder(Shape(11, 11), options with { Layers = new LayerOptions { Count = layers } }).ParameterCount();
        var (one, two) = (Count(1), Count(2));
        Assert.Equal(parameters, one + 5 * (two - one) + (vocabulary - 11) * options.Width);
    }

    [Fact]
    public void TheTeacherOfRethinkingAttentionHasTablesOfItsOwnAndABias()
    {
        var model = new TransformerEncoderDecoder(Shape(23, 19), EncoderDecoderOptions.Presets["rethinking-attention"]);
        const int width = 128, attention = 4 * (width * width + width), feedForward = 8 * width * width + 5 * width, norm = 2 * width;
        Assert.Equal((23 + 19) * width + 6 * (attention + feedForward + 2 * norm) + 6 * (2 * attention + feedForward + 3 * norm) + 2 * norm + 19 * width + 19,
            model.ParameterCount());
    }

    [Fact]
    public void SourceAndTargetShareATable()
    {
        using var scope = new TensorScope();
        var shared = new TransformerEncoderDecoder(Shape(9, 9), s_small with { SharesEmbeddings = true });
        Assert.Equal(new TransformerEncoderDecoder(Shape(9, 9), s_small).ParameterCount() - 9 * 16, shared.ParameterCount());
        Assert.Equal("Texts that share an embedding need one vocabulary, found 9 tokens of the source and 8 of the target.",
            Assert.Throws<UserException>(() => new TransformerEncoderDecoder(Shape(9, 8), s_small with { SharesEmbeddings = true })).Message);
    }

    [Fact]
    public void TheDecoderMayHaveOtherLayersAndAnotherAttention()
    {
        using var scope = new TensorScope();
        var options = s_small with { Attention = Part<TokenMixer>.Of("linformer"), Position = null, DecoderAttention = Part<TokenMixer>.Of("softmax"), DecoderLayers = 3 };
        var names = new TransformerEncoderDecoder(Shape(9, 8), options).StateDict().Keys.ToArray();
        Assert.Contains("encoder.blocks.1.mixer.reducer.keys", names);
        Assert.Contains("decoder.blocks.2.self_attention.query_projection.weight", names);
        Assert.DoesNotContain(names, name => name.StartsWith("decoder.blocks.3", StringComparison.Ordinal) || name.Contains("decoder.blocks.0.self_attention.reducer"));
    }

    [Fact]
    public void AnyFunctionThatLooksAcrossCanBeTheDecodersViewOfTheEncoder()
    {
        using var scope = new TensorScope();
        var (source, target) = (Functional.RandInt(9, [2, 7]), Functional.RandInt(8, [2, 5]));
        var refused = new List<string>();
        foreach (var function in MethodCatalog.OfRole<CrossMixer>())
            try
            {
                var model = new TransformerEncoderDecoder(Shape(9, 8), s_small with { CrossAttention = Part<CrossMixer>.Of(function.Id) });
                Assert.Equal([2L, 5, 8], model.Call(source, target).Shape);
            }
            catch (UserException refusal)
            {
                Assert.Matches("as many (keys as queries|queries as keys)|a key beside every query|the tokens. own values", refusal.Message);
                refused.Add(function.Id);
            }

        Assert.DoesNotContain("performer", refused);
        Assert.Contains("local", refused);
    }

    private static TranslationShape Shape(int source, int target) => new(new LanguageShape(source, 12), new LanguageShape(target, 10));
}
