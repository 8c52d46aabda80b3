using Anyformer.Attention.Downsampling;
using Anyformer.Models.Language;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language;

public sealed class FunnelTests
{
    private static readonly FunnelOptions s_options = new()
    {
        BlockSizes = new([1, 2, 1]),
        DecoderLayers = 1,
        Width = 8,
        Heads = 2,
        HeadWidth = 4,
        FeedForwardWidth = 12,
        Dropout = 0,
        AttentionDropout = 0,
    };

    [Fact]
    public void AnyNumberOfTokensGoesThrough()
    {
        using var scope = new TensorScope();
        foreach (var (hasClass, truncate) in new[] { (true, true), (true, false), (false, true) })
        {
            var options = s_options with { ClassToken = hasClass, Truncate = truncate, Pooling = PoolingKind.Max };
            var (whole, pooled) = (new Funnel(20, options), new Funnel(20, options with { DecoderLayers = null }));
            foreach (var tokens in new[] { 1, 2, 3, 4, 5, 8, 13 })
            {
                var ids = Ids(1, 2, tokens);
                Assert.Equal([2L, tokens, 8], whole.Call(ids).Shape);
                Assert.True(pooled.Call(ids).Size(1) <= Math.Max(tokens / 4 + 2, 2));
                Assert.All(whole.Call(ids).Numbers(), value => Assert.True(double.IsFinite(value)));
            }
        }
    }

    [Fact]
    public void PaddingBehindTheWholePairsDoesNotMatter()
    {
        using var scope = new TensorScope();
        var model = new Funnel(20, s_options with { ClassToken = false, DecoderLayers = null });
        model.Eval();
        var (ids, real) = (Ids(1, 1, 16), Functional.Arange(16).Unsqueeze(0) < 8);
        var changed = Functional.Where(real, ids, 19 - ids);
        Tensors.AssertClose(model.Call(ids, real)[.., ..2], model.Call(changed, real)[.., ..2], 1e-5);
        Assert.NotEqual(model.Call(ids)[.., ..2].Numbers(), model.Call(changed)[.., ..2].Numbers());
    }

    [Fact]
    public void RepeatsShareTheirWeights()
    {
        var repeated = new Funnel(20, s_options with { BlockRepeats = new([1, 3, 2]) });
        Assert.Equal(new Funnel(20, s_options).ParameterCount(), repeated.ParameterCount());
    }

    [Fact]
    public void ALayerOfThePublishedSizeHasItsParameters()
    {
        const int width = 768, map = width * width, hidden = 3072;
        const int attention = 4 * map + 3 * width + map + 5 * width, feedForward = 2 * width * hidden + hidden + width;
        const int layer = attention + feedForward + 4 * width;
        // Of a whole model, only this one layer is made: the others are as large, and take long to fill.
        var options = FunnelOptions.Presets["small"] with { BlockSizes = new([1]), DecoderLayers = null };
        Assert.Equal(100 * width + 2 * width + layer, new Funnel(100, options).ParameterCount());
        Assert.Equal([12, 12, 12, 18], new[] { "small", "small-base", "medium", "intermediate" }.Select(name => FunnelOptions.Presets[name].BlockSizes.Sum()));
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var model = new Funnel(20, s_options);
        model.To(DType.Float64);
        var (ids, probe) = (Ids(1, 1, 7), Tensors.Normal64(2, 1, 7, 8));
        FiniteDifferences.AssertGradients(model.Parameters(), () => (model.Call(ids) * probe).Sum(), 1e-6);
    }

    [Fact]
    public void SizesThatDoNotFitAreRefused()
    {
        Assert.Equal("The width of a funnel must be even, for sines and cosines of differences, found 7.",
            Assert.Throws<UserException>(() => new Funnel(20, s_options with { Width = 7 })).Message);
        Assert.Equal("A funnel needs blocks, and a number of repeats for each where there are any, found 3 blocks and 2 repeats.",
            Assert.Throws<UserException>(() => new Funnel(20, s_options with { BlockRepeats = new([1, 1]) })).Message);
    }

    private static Tensor Ids(int seed, long batch, long tokens) => (Tensors.Normal64(seed, batch, tokens).Sigmoid() * 20).Floor().To(DType.Int64);
}
