using Anyformer.Attention.Softmax;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention;

public sealed class ResidualAttentionTests
{
    private static readonly Gen<Sizes> s_sizes =
        from outer in Gen.Choose(1, 3).Two()
        from tokens in Gen.Choose(1, 6)
        from widths in Gen.Choose(1, 4).Three()
        select new Sizes(outer.Item1, outer.Item2, tokens, widths.Item1 * outer.Item2, widths.Item2, widths.Item3);

    [Fact]
    public void AddsTheScoresOfEveryLayerBefore() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal(7, sizes.Batch, sizes.Tokens, sizes.Width);
        ResidualScores? scores = null;
        var naive = Functional.Zeros([sizes.Batch, sizes.Heads, sizes.Tokens, sizes.Tokens]);
        for (var layer = 0; layer < 3; layer++)
        {
            var attention = sizes.Attention();
            naive += sizes.Scores(attention, tokens);
            (var mixed, scores) = attention.Call(tokens, scores);
            Tensors.AssertClose(sizes.Context(attention, tokens, naive), mixed, 1e-5);
            tokens = mixed;
        }
    }, runs: 30);

    [Fact]
    public void HasSlopesThroughTheScoresOfTwoLayers()
    {
        var sizes = new Sizes(2, 2, 3, 4, 3, 2);
        var (first, second) = (sizes.Attention(), sizes.Attention());
        first.To(DType.Float64);
        second.To(DType.Float64);
        var tokens = Tensors.Normal64(3, sizes.Batch, sizes.Tokens, sizes.Width);
        FiniteDifferences.AssertGradients([.. first.Parameters(), .. second.Parameters()], () =>
        {
            var (mixed, scores) = first.Call(tokens);
            return second.Call(mixed, scores).Tokens.Square().Sum();
        });
    }

    [Fact]
    public void TheScaleOfACheckpointCounts()
    {
        using var scope = new TensorScope();
        var sizes = new Sizes(1, 2, 4, 6, 3, 3);
        var attention = sizes.Attention();
        var tokens = Tensors.Normal(1, 1, 4, 6);
        var before = attention.Call(tokens).Tokens;
        attention.StateDict()["scale"].FillInPlace(0);
        // Without scores every query sees the mean of all values.
        var after = attention.Call(tokens).Tokens;
        Tensors.AssertClose(after[.., ..1].Expand([1, 4, 6]), after, 1e-6);
        Assert.NotEqual(before.Numbers(), after.Numbers());
    }

    [Fact]
    public void TheWidthIsAMultipleOfTheHeads() => Assert.Equal(
        "The width must be a multiple of the number of heads, found width 10 and 4 heads.",
        Assert.Throws<UserException>(() => new ResidualAttention(10, 4, 2, 2, new SoftmaxAttention())).Message);

    private sealed record Sizes(int Batch, int Heads, int Tokens, int Width, int KeyWidth, int ValueWidth)
    {
        public ResidualAttention Attention() => new(Width, Heads, KeyWidth, ValueWidth, new SoftmaxAttention());

        /// <summary>The scores of one layer alone, with the product of queries and keys written out.</summary>
        public Tensor Scores(ResidualAttention attention, Tensor tokens)
        {
            var (queries, keys) = (Project(attention, "query", tokens, KeyWidth), Project(attention, "key", tokens, KeyWidth));
            return (queries.Unsqueeze(3) * keys.Unsqueeze(2)).Sum([-1]) / Math.Sqrt((double)Width / Heads);
        }

        /// <summary>What attention with given scores makes of the tokens.</summary>
        public Tensor Context(ResidualAttention attention, Tensor tokens, Tensor scores)
        {
            var weights = scores.Exp() / scores.Exp().Sum([-1], keepdim: true);
            var contexts = (weights.Unsqueeze(-1) * Project(attention, "value", tokens, ValueWidth).Unsqueeze(2)).Sum([3]);
            var joined = contexts.Transpose(1, 2).Reshape([Batch, Tokens, Heads * ValueWidth]);
            var state = attention.StateDict();
            return joined.MatMul(state["output_projection.weight"].Transpose(0, 1)) + state["output_projection.bias"];
        }

        private Tensor Project(ResidualAttention attention, string what, Tensor tokens, int width)
        {
            var state = attention.StateDict();
            var projected = tokens.MatMul(state[$"{what}_projection.weight"].Transpose(0, 1)) + state[$"{what}_projection.bias"];
            return projected.Reshape([Batch, Tokens, Heads, width]).Transpose(1, 2);
        }
    }
}
