using Anyformer.Attention;
using Anyformer.Attention.Axes;
using Anyformer.Catalog;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Axes;

public sealed class TwoStageAttentionTests
{
    private static readonly TokenMixerShape s_shape = new(Tokens: 12, Width: 6, Heads: 2);

    private static readonly TwoStageAttentionOptions s_options = new() { Segments = 4, Routers = 3, FeedForwardWidth = 5 };

    private sealed record Sizes(int Batch, int Variates, int Segments, int Routers, int Heads, int HeadWidth);

    [Fact]
    public void EachVariateAttendsAlongItsSegmentsAndThenEachSegmentAcrossTheVariates() => Property.Holds(
        from batch in Gen.Choose(1, 3)
        from variates in Gen.Choose(1, 5)
        from segments in Gen.Choose(1, 6)
        from routers in Gen.Choose(1, 4)
        from heads in Gen.Choose(1, 3)
        from headWidth in Gen.Choose(1, 4)
        select new Sizes(batch, variates, segments, routers, heads, headWidth),
        sizes =>
        {
            using var scope = new TensorScope();
            var width = sizes.Heads * sizes.HeadWidth;
            var layer = Layer(new TokenMixerShape(sizes.Variates * sizes.Segments, width, sizes.Heads),
                new TwoStageAttentionOptions { Segments = sizes.Segments, Routers = sizes.Routers });
            var tokens = Tensors.Normal(1, sizes.Batch, sizes.Variates * sizes.Segments, width);
            var naive = new NaiveTwoStageAttention(layer.StateDict(), sizes.Heads);
            var expected = Enumerable.Range(0, sizes.Batch).Select(sample => naive.Apply(tokens[sample].View([sizes.Variates, sizes.Segments, width])));
            Tensors.AssertClose(Functional.Stack([.. expected]).View(tokens.Shape), layer.Call(tokens), 1e-4);
        },
        runs: 30);

    [Fact]
    public void TheOrderAndNumberOfVariatesAreFree()
    {
        using var scope = new TensorScope();
        var layer = Layer(s_shape, s_options);
        foreach (var variates in new[] { 1, 2, 5 })
        {
            var grid = Tensors.Normal(variates, 2, variates, 4, 6);
            var output = layer.Call(grid.Flatten(1, 2)).View(grid.Shape);
            var turned = layer.Call(grid.Flip([1]).Flatten(1, 2)).View(grid.Shape);
            Tensors.AssertClose(output, turned.Flip([1]), 1e-5);
        }
    }

    [Fact]
    public void SamplesDoNotSeeEachOther()
    {
        using var scope = new TensorScope();
        var (layer, tokens) = (Layer(s_shape, s_options), Tensors.Normal(1, 3, 12, 6));
        Tensors.AssertClose(layer.Call(tokens[1..2]), layer.Call(tokens)[1..2], 1e-5);
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var layer = Layer(s_shape, s_options);
        layer.To(DType.Float64);
        var (tokens, probe) = (Tensors.Normal64(1, 2, 12, 6), Tensors.Normal64(2, 2, 12, 6));
        tokens.RequiresGrad = true;
        FiniteDifferences.AssertGradients([tokens, .. layer.Parameters()], () => (layer.Call(tokens) * probe).Sum(), 1e-6);
    }

    [Fact]
    public void AStepOfTrainingDropsAndEvaluationDoesNot()
    {
        using var scope = new TensorScope();
        var layer = new TwoStageAttention(s_shape with { Dropout = 0.5 }, s_options);
        var tokens = Tensors.Normal(1, 2, 12, 6);
        Assert.NotEqual(layer.Call(tokens).Numbers(), layer.Call(tokens).Numbers());
        layer.Eval();
        Tensors.AssertSame(layer.Call(tokens), layer.Call(tokens));
    }

    [Fact]
    public void TheCatalogBuildsItForAHost()
    {
        using var scope = new TensorScope();
        var entry = MethodCatalog.Get<TokenMixer>("two-stage-attention");
        Assert.Equal(["TokenMixer"], entry.Roles);
        var mixer = entry.Build<TokenMixer>(s_shape, entry.DefaultOptions);
        Assert.Equal([5L, 12, 6], mixer.Call(Tensors.Normal(1, 5, 12, 6)).Shape);
        // By default all 12 tokens are one variate's, and the feed-forward parts are four times as wide.
        const int attention = 4 * (6 * 6 + 6), feedForward = 6 * 24 + 24 + 24 * 6 + 6, norm = 2 * 6;
        Assert.Equal(3 * attention + 2 * feedForward + 4 * norm + 12 * 10 * 6, mixer.ParameterCount());
    }

    [Fact]
    public void AMaskIsRefused()
    {
        using var scope = new TensorScope();
        Assert.Equal(
            "Two-stage attention takes no mask: its routers mix all that they see, so no token can be kept from another.",
            Assert.Throws<UserException>(() => Layer(s_shape, s_options).Call(Functional.Ones([1, 12, 6]), AttentionMask.Causal)).Message);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(3)]
    [InlineData(0)]
    public void TokensAreThoseOfWholeVariates(int tokens)
    {
        using var scope = new TensorScope();
        var message = $"Two-stage attention takes variates of 4 segments each, found {tokens} tokens.";
        Assert.Equal(message, Assert.Throws<UserException>(() => Layer(s_shape with { Tokens = tokens }, s_options)).Message);
        Assert.Equal(message, Assert.Throws<UserException>(() => Layer(s_shape, s_options).Call(Functional.Ones([1, tokens, 6]))).Message);
    }

    [Fact]
    public void TheWidthIsAMultipleOfTheHeads() => Assert.Equal(
        "The width must be a multiple of the number of heads, found width 6 and 4 heads.",
        Assert.Throws<UserException>(() => Layer(s_shape with { Heads = 4 }, s_options)).Message);

    private static TwoStageAttention Layer(TokenMixerShape shape, TwoStageAttentionOptions options)
    {
        var layer = new TwoStageAttention(shape, options);
        layer.Eval();
        return layer;
    }
}
