using Anyformer.Attention.Softmax;
using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Forecasting;

public sealed class PatchTstLayerTests
{
    private static readonly PatchTstOptions s_options = new() { Width = 6, Heads = 2, FeedForwardWidth = 10, Norm = PatchTstNorm.Layer };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NormalisesAfterOrBeforeBothParts(bool preNorm)
    {
        using var scope = new TensorScope();
        var layer = new PatchTstLayer(s_options with { PreNorm = preNorm });
        layer.Eval();
        var state = layer.StateDict();
        var tokens = Tensors.Normal(1, 3, 5, 6);

        Tensor Norm(string name, Tensor x) => Functional.LayerNorm(x, [6], state[$"{name}.weight"], state[$"{name}.bias"], 1e-5);
        Tensor Map(string name, Tensor x) => Functional.Linear(x, state[$"{name}.weight"], state[$"{name}.bias"]);
        Tensor Heads(string name, Tensor x) => Map($"attention.{name}_projection", x).Reshape([3, 5, 2, 3]).Transpose(1, 2);
        Tensor Attend(Tensor x)
        {
            var weights = (Heads("query", x).MatMul(Heads("key", x).Transpose(2, 3)) / Math.Sqrt(3)).Softmax(-1);
            return Map("attention.output_projection", weights.MatMul(Heads("value", x)).Transpose(1, 2).Reshape([3, 5, 6]));
        }
        Tensor FeedForward(Tensor x) => Map("feed_forward.output", Map("feed_forward.hidden", x).Gelu());

        Tensor expected;
        if (preNorm)
        {
            // The skip connection too starts after the normalisation.
            var first = Norm("attention_norm", tokens);
            var second = Norm("feed_forward_norm", first + Attend(first));
            expected = second + FeedForward(second);
        }
        else
        {
            var first = Norm("attention_norm", tokens + Attend(tokens));
            expected = Norm("feed_forward_norm", first + FeedForward(first));
        }

        Tensors.AssertClose(expected, layer.Call(tokens, null).Tokens, 1e-5);
    }

    [Fact]
    public void ScoresOfTheLayerBeforeCount()
    {
        using var scope = new TensorScope();
        var layer = new PatchTstLayer(s_options);
        layer.Eval();
        var tokens = Tensors.Normal(1, 3, 5, 6);
        var (alone, scores) = layer.Call(tokens, null);
        Assert.Equal([3, 5, 2, 3], scores.Queries.Shape);
        var (after, joined) = layer.Call(tokens, new ResidualScores(scores.Queries * 4, scores.Keys));
        Assert.Equal([3, 5, 2, 6], joined.Keys.Shape);
        Assert.NotEqual(alone.Numbers(), after.Numbers());
    }

    [Fact]
    public void DropoutFallsOnBothPartsWhileTraining()
    {
        using var scope = new TensorScope();
        var layer = new PatchTstLayer(s_options with { Dropout = 1 });
        var tokens = Tensors.Normal(1, 3, 5, 6);
        var norm = Functional.LayerNorm(tokens, [6], null, null, 1e-5);
        // All that is left is the skip connection, normalised twice.
        Tensors.AssertClose(norm, layer.Call(tokens, null).Tokens, 1e-4);
    }
}
