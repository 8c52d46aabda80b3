using Anyformer.Attention.Decoding;
using Anyformer.Models.Language;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.Decoding;

[Collection(DefaultGenerator.Name)]
public sealed class DecodingStateTests
{
    private const int Vocabulary = 9, Tokens = 8;

    [Theory]
    [InlineData("{position: learned}", true)]
    [InlineData("{position: rope}", true)]
    [InlineData("{position: rope}", false)]
    [InlineData("{position: rope, attention: {heads: {kind: grouped-query, groups: 2}}}", true)]
    public void PaddedTextsReadOnAsIfReadAtOnce(string options, bool padsFirst)
    {
        using var scope = new TensorScope();
        var model = Model(options);
        var tokens = Functional.RandInt(Vocabulary, [3, Tokens], DType.Int64);
        var counted = Functional.Arange(Tokens).Unsqueeze(0);
        var lengths = Tensor.From<long>([8, 5, 3]).Unsqueeze(1);
        var real = padsFirst ? counted.Ge(Tokens - lengths) : counted.Lt(lengths);
        var positions = (real.CumSum(1) - 1).Clamp(min: 0);
        using var inference = Autograd.InferenceMode();
        var whole = model.Call(new TextInput(tokens) { Real = real, Positions = positions });
        using var state = new DecodingState();
        Tensor Read(long first, long count) => state.Read(count, () => model.Call(new TextInput(tokens.Narrow(1, first, count))
        {
            Real = real.Narrow(1, first, count),
            Positions = positions.Narrow(1, first, count),
        }));
        var pieces = Functional.Cat([Read(0, 4), Read(4, 1), Read(5, 2), Read(7, 1)], 1);
        var shown = real.To(DType.Float32).Unsqueeze(-1);
        Tensors.AssertClose(whole * shown, pieces * shown, 1e-5);
    }

    [Fact]
    public void PaddingMayEndBeforeWhatComesNext()
    {
        using var scope = new TensorScope();
        var model = Model("{position: rope}");
        var tokens = Functional.RandInt(Vocabulary, [2, Tokens], DType.Int64);
        var real = Tensor.From<long>([0, 2]).Unsqueeze(1).Le(Functional.Arange(Tokens));
        using var inference = Autograd.InferenceMode();
        using var state = new DecodingState();
        state.Read(5, () => model.Call(tokens.Narrow(1, 0, 5), real.Narrow(1, 0, 5)));
        var last = state.Read(3, () => model.Call(tokens.Narrow(1, 5, 3)));
        Tensors.AssertClose(model.Call(tokens, real)[.., 5..], last, 1e-5);
        state.Select(Tensor.From<long>([1]));
        Assert.Equal([1, 4, Tokens, 4], state.Memories.First()[0].Shape);
    }

    [Fact]
    public void RecurrentAttentionRefusesPadding()
    {
        using var scope = new TensorScope();
        var model = Model("{position: sinusoidal, attention: linear-transformer}");
        using var state = new DecodingState();
        var refusal = Assert.Throws<UserException>(() => state.Read(2, () => model.Call(Functional.RandInt(Vocabulary, [1, 2], DType.Int64), Functional.Ones([1, 2], DType.Bool))));
        Assert.EndsWith("reads on texts without padding; give them one by one, or of one length.", refusal.Message, StringComparison.Ordinal);
    }

    private static TransformerDecoder Model(string options)
    {
        TorchRuntime.ManualSeed(1);
        var bound = Anyformer.Recipes.Options.OptionBinder.Bind<TransformerOptions>(RecipeDocument.Parse(options, "a recipe").Root);
        var model = new TransformerDecoder(new LanguageShape(Vocabulary, Tokens), bound with { Width = 16, Heads = 4, FeedForwardWidth = 24, Layers = new() { Count = 2 } });
        model.Eval();
        return model;
    }
}
