using Anyformer.Attention;
using Anyformer.Attention.Kernels;
using Anyformer.Attention.Softmax;
using Anyformer.Recipes;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Kernels;

[Collection(DefaultGenerator.Name)]
public sealed class PerformerTests
{
    [Fact]
    public void ItIsTheDenseFormula() => Property.Holds(Gen.Choose(1, 150).Zip(Gen.Elements("favor", "favor-generalized", "efficient"))
        .Zip(Gen.Elements(true, false)), drawn =>
    {
        using var scope = new TensorScope();
        var ((tokens, kind), isCausal) = drawn;
        var map = Map(kind);
        var (queries, keys, values) = (Tensors.Normal64(1, 2, 2, tokens, 4), Tensors.Normal64(2, 2, 2, tokens, 4), Tensors.Normal64(3, 2, 2, tokens, 4));
        var real = Tensors.Normal64(4, 2, tokens) > -0.5;
        var (asking, answering) = map.Call(queries, keys, isCausal ? AttentionMask.Causal : null);
        var scores = asking.MatMul(answering.Transpose(-2, -1));
        if (isCausal)
            scores = scores.Tril();
        // Padding keeps its share of the weights.
        var weights = scores.Sum([-1], keepdim: true) + asking.Sum([-1], keepdim: true) * (isCausal ? 1e-6 : 0);
        var expected = scores.MatMul(values * real.View([2, 1, tokens, 1])) / weights;
        Tensors.AssertClose(expected, new Performer(map).Call(queries, keys, values, AttentionMask.OfKeys(real) with { IsCausal = isCausal }), 1e-8);
    }, runs: 40);

    [Theory]
    [InlineData("favor-generalized")]
    [InlineData("efficient")]
    public void StepsEqualTheCausalForm(string kind)
    {
        using var scope = new TensorScope();
        var performer = new Performer(Map(kind));
        var (queries, keys, values) = (Tensors.Normal64(1, 2, 2, 9, 4), Tensors.Normal64(2, 2, 2, 9, 4), Tensors.Normal64(3, 2, 2, 9, 4));
        var whole = performer.Call(queries, keys, values, AttentionMask.Causal);
        IReadOnlyList<Tensor>? state = null;
        for (var i = 0L; i < 9; i++)
        {
            (var context, state) = performer.Step(queries.Narrow(2, i, 1), keys.Narrow(2, i, 1), values.Narrow(2, i, 1), state);
            Tensors.AssertClose(whole.Narrow(2, i, 1), context, 1e-9);
        }
    }

    [Fact]
    public void SoftmaxFeaturesHaveNoSteps()
    {
        using var scope = new TensorScope();
        var token = Tensors.Normal64(1, 1, 2, 1, 4);
        Assert.Equal("Performer cannot go on token by token with these features: those of a key depend on the keys after it.",
            Assert.Throws<UserException>(() => new Performer(Map("favor")).Step(token, token, token, null)).Message);
    }

    [Fact]
    public void ALayerWithoutRecurrenceHasNoSteps()
    {
        using var scope = new TensorScope();
        var layer = new MultiHeadAttention(4, 2, new SoftmaxAttention());
        Assert.Equal("SoftmaxAttention cannot go on token by token; choose a recurrent attention function.",
            Assert.Throws<UserException>(() => layer.Step(Tensors.Normal(1, 1, 1, 4))).Message);
    }

    private static FeatureMap Map(string kind)
    {
        TorchRuntime.ManualSeed(1);
        var map = Part<FeatureMap>.Of(kind).Build(new AttentionShape(2, 4));
        map.To(DType.Float64);
        map.Eval();
        return map;
    }
}
