using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoding;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.Models.Language;

[Collection(DefaultGenerator.Name)]
public sealed class SimplifiedTransformerTests
{
    private const long Vocabulary = 1000, Tokens = 128, Width = 768, Layers = 18;

    public static TheoryData<string> Kinds => ["sas", "sas-p", "sas-p-no-norm", "pre-ln", "parallel"];

    [Theory]
    [InlineData("pre-ln", 12 * Width * Width + 2 * Width + 2 * Width, 0)]
    [InlineData("parallel", 12 * Width * Width + 2 * Width + Width, 0)]
    // Queries, keys and their biases, norms, gains of 12 heads, and those of the branches; values of the first block with theirs.
    [InlineData("sas", 10 * Width * Width + 2 * Width + 2 * Width + 36 + 3, Width * Width + 2)]
    [InlineData("sas-p", 10 * Width * Width + 2 * Width + Width + 36 + 2, Width * Width + 2)]
    [InlineData("sas-p-no-norm", 10 * Width * Width + 2 * Width + 36 + 2, Width * Width + 2 + 2 * Width)]
    public void PublishedBlocksHaveTheirParameters(string preset, long block, long first)
    {
        var model = new SimplifiedTransformer(new LanguageShape((int)Vocabulary, (int)Tokens), SimplifiedOptions.Presets[preset] with { Layers = 2 });
        Assert.Equal((Vocabulary + Tokens + 2) * Width + 2 * block + first, model.ParameterCount());
        Assert.Equal(Layers, SimplifiedOptions.Presets[preset].Layers);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ItTrainsAndKeepsTheFutureOut(string kind)
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var model = Tiny(kind);
        var tokens = (Functional.Arange(40).View([2, 20]) * 7).Remainder(11);
        var optimizer = new Adam(model.Parameters(), new AdamOptions { LearningRate = 3e-3 });
        double Step()
        {
            optimizer.ZeroGrad();
            var loss = model.Call(tokens[.., ..^1]).Flatten(0, 1).CrossEntropyLoss(tokens[.., 1..].Flatten());
            loss.Backward();
            optimizer.Step();
            return loss.Item<double>();
        }

        var losses = Enumerable.Range(0, 20).Select(_ => Step()).ToArray();
        Assert.True(losses[^1] < 0.8 * losses[0], $"the loss went from {losses[0]} to {losses[^1]}");
        Assert.All(model.NamedParameters(), item => Assert.True(item.Parameter.Grad is not null, item.Name));
        var changed = Functional.Cat([tokens[.., ..9], tokens[.., ..11]], 1);
        Tensors.AssertClose(model.Call(tokens)[.., ..9], model.Call(changed)[.., ..9]);
    }

    [Fact]
    public void WithoutMapsThereIsNothingToMultiply()
    {
        var model = Tiny("sas");
        Assert.Equal(["blocks.0.mixer.value_map.weight", "blocks.0.mixer.value_map.matrix_gain.factor", "blocks.0.mixer.value_map.identity_gain.factor"],
            model.NamedParameters().Select(item => item.Name).Where(name => name.Contains("_map", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("sas")]
    [InlineData("sas-p")]
    public void ItBeginsWithEveryTokenAlone(string kind)
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var model = Tiny(kind);
        var tokens = Functional.Arange(12).View([1, 12]).Remainder(11);
        var changed = Functional.Cat([tokens[.., 5..6], tokens[.., 1..]], 1);
        Tensors.AssertClose(model.Call(tokens)[.., 1..], model.Call(changed)[.., 1..], 1e-4);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ReadingOnIsReadingAll(string kind)
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var model = Tiny(kind);
        using (Autograd.NoGrad())
            foreach (var parameter in model.Parameters())
                parameter.AddInPlace(Tensors.Normal(7, parameter.Shape) * 0.1);
        var text = (Functional.Arange(40) * 7).Remainder(11).Unsqueeze(0);
        using var reading = new CachedReading(model);
        var steps = text[.., 13..].Split(1, 1).Prepend(text[.., ..13]).Select(reading.ReadAll).ToArray();
        Tensors.AssertClose(model.Call(text), Functional.Cat(steps, 1), 1e-4);
    }

    [Fact]
    public void LongerTextsAreRefused()
    {
        var refusal = Assert.Throws<UserException>(() => Tiny("sas").Call(Functional.Zeros([1, 41], DType.Int64)));
        Assert.Equal("The model was built for texts of 40 tokens, found 41.", refusal.Message);
    }

    private static SimplifiedTransformer Tiny(string kind) => new(
        new LanguageShape(11, 40), SimplifiedOptions.Presets[kind] with { Width = 24, Layers = 3, Heads = 3, FeedForwardWidth = 48 });
}
