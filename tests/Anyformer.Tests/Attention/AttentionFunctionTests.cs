using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Tests.Models.Forecasting;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.Attention;

/// <summary>What holds for every attention function of the catalog, inside its hosts.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class AttentionFunctionTests
{
    public static TheoryData<string> Ids => [.. MethodCatalog.OfRole<AttentionFunction>().Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void AnyNumberOfTokensIsMixed(string id)
    {
        foreach (var tokens in new[] { 1, 2, 3, 7, 12, 13, 31 })
        {
            using var scope = new TensorScope();
            var attention = new MultiHeadAttention(12, 3, Part<AttentionFunction>.Of(id), dropout: 0.1);
            var input = Tensors.Normal(1, 2, tokens, 12);
            var output = attention.Call(input);
            Assert.Equal(input.Shape, output.Shape);
            Assert.All(output.Numbers(), value => Assert.True(double.IsFinite(value)));
            output.Square().Sum().Backward();
            Assert.All(attention.Parameters(), parameter => Assert.All(parameter.Grad!.Numbers(), slope => Assert.True(double.IsFinite(slope))));
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void GradientsInAHostAreSlopes(string id)
    {
        var attention = new MultiHeadAttention(6, 2, Part<AttentionFunction>.Of(id), dropout: 0);
        attention.To(DType.Float64);
        attention.Eval();
        var tokens = Tensors.Normal64(1, 2, 9, 6);
        tokens.RequiresGrad = true;
        FiniteDifferences.AssertGradients([tokens, .. attention.Parameters()], () =>
        {
            TorchRuntime.ManualSeed(1);
            return attention.Call(tokens).Square().Sum();
        });
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void HalfPrecisionKeepsItsType(string id)
    {
        using var scope = new TensorScope();
        var function = Part<AttentionFunction>.Of(id).Build(new AttentionShape(2, 4));
        function.To(DType.BFloat16);
        Tensor Draw(int seed) => Tensors.Normal(seed, 2, 2, 11, 4).To(DType.BFloat16);
        var context = function.Call(Draw(1), Draw(2), Draw(3));
        Assert.Equal(DType.BFloat16, context.DType);
        Assert.All(context.Numbers(), value => Assert.True(double.IsFinite(value)));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void ITransformerTrainsWithIt(string id)
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var shape = Forecasts.Shape(24, 6, 5, marks: 4);
        var model = new ITransformer(shape, new ITransformerOptions
        {
            Width = 16,
            Heads = 2,
            FeedForwardWidth = 16,
            Dropout = 0,
            Attention = Part<TokenMixer>.Of(id),
        });
        var input = Forecasts.Draw(shape, 4);
        var target = Tensors.Normal(7, 4, 6, 5);
        var optimizer = new Adam(model.Parameters(), new AdamOptions { LearningRate = 3e-3 });
        double Step()
        {
            optimizer.ZeroGrad();
            var loss = model.Call(input).MseLoss(target);
            loss.Backward();
            optimizer.Step();
            return loss.Item<double>();
        }

        var losses = Enumerable.Range(0, 20).Select(_ => Step()).ToArray();
        Assert.True(losses[^1] < losses[0], $"the loss went from {losses[0]} to {losses[^1]}");
        Assert.All(model.Parameters(), parameter => Assert.NotNull(parameter.Grad));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void ITransformerTakesAnyVariatesWithIt(string id)
    {
        using var scope = new TensorScope();
        var model = new ITransformer(Forecasts.Shape(10, 4, 5),
            new ITransformerOptions { Width = 8, Heads = 2, FeedForwardWidth = 8, Attention = Part<TokenMixer>.Of(id) });
        model.Eval();
        foreach (var variates in new[] { 1, 2, 19 })
            Assert.Equal([2L, 4, variates], model.Call(Forecasts.Draw(Forecasts.Shape(10, 4, variates), 2)).Shape);
    }
}
