using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Models.Sequences;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Sequences;

[Collection(DefaultGenerator.Name)]
public sealed class LongRangeEncoderTests
{
    private static readonly LongRangeEncoderOptions s_tiny =
        new() { Layers = 1, Heads = 2, Width = 8, InnerWidth = 4, FeedForwardWidth = 6, Dropout = 0, AttentionDropout = 0 };

    [Theory]
    // Embedding, CLS, 4 blocks (two norms, four projections, two feed-forward maps), norm, head.
    [InlineData("listops", 2000, 16, 10, false, (16 + 1) * 512 + 4 * (4 * 512 + 4 * 513 * 512 + 513 * 1024 + 1025 * 512) + 1024 + 513 * 1024 + 1025 * 10)]
    [InlineData("retrieval", 4000, 257, 2, true, (257 + 1) * 128 + 4 * (4 * 128 + 4 * 129 * 128 + 129 * 512 + 513 * 128) + 256 + 257 * 512 + 513 * 256 + 257 * 2)]
    [InlineData("image", 1024, 256, 10, false, (256 + 1 + 1025) * 128 + (4 * 128 + 3 * 129 * 64 + 65 * 128 + 129 * 128 + 129 * 128) + 256 + 129 * 128 + 129 * 10)]
    [InlineData("pathfinder", 1024, 256, 2, false, 256 * 32 + 4 * (4 * 32 + 3 * 33 * 16 + 17 * 32 + 33 * 32 + 33 * 32) + 64 + 33 * 32 + 33 * 2)]
    public void HasThePublishedSizes(string preset, int tokens, int vocabulary, int classes, bool pairs, long parameters) =>
        Assert.Equal(parameters, new LongRangeEncoder(new SequenceShape(tokens, vocabulary, classes, pairs), LongRangeEncoderOptions.Presets[preset]).ParameterCount());

    [Fact]
    public void EveryPresetBindsAndBuilds()
    {
        var entry = MethodCatalog.Get<SequenceClassifier>("lra-encoder");
        Assert.Equal(["SequenceClassifier"], entry.Roles);
        foreach (var preset in entry.Presets.Keys.Where(key => key != "listops"))
        {
            var options = entry.BindOptions(new ModelSection { Id = entry.Id, Preset = preset });
            Assert.Equal(entry.Presets[preset], options);
            Assert.IsType<LongRangeEncoder>(entry.Build<SequenceClassifier>(new SequenceShape(16, 16, 2), options));
        }
    }

    [Theory]
    [InlineData(SequencePooling.Cls, SequencePositions.Sinusoidal)]
    [InlineData(SequencePooling.Mean, SequencePositions.Learned)]
    public void PaddingDoesNotMatter(SequencePooling pooling, SequencePositions positions)
    {
        using var scope = new TensorScope();
        var model = new LongRangeEncoder(new SequenceShape(12, 16, 3), s_tiny with { Pooling = pooling, Positions = positions });
        model.Eval();
        var ids = Enumerable.Range(1, 7).ToArray();
        var padded = Tensor.From<int>([.. ids, 0, 9, 3, 0, 5], [1, 12]);
        var real = Tensor.From<bool>([.. Enumerable.Range(0, 12).Select(i => i < 7)], [1, 12]);
        Tensors.AssertClose(model.Call(Tensor.From(ids, 1, 7)), model.Call(padded, real));
        Assert.Equal([1L, 3], model.Call(padded).Shape);
    }

    [Fact]
    public void BothSequencesOfAPairGoThroughOneEncoder()
    {
        using var scope = new TensorScope();
        var model = new LongRangeEncoder(new SequenceShape(5, 16, 2, Pairs: true), s_tiny with { FeedForwardWidth = 64, Interaction = true });
        model.Eval();
        int[] one = [1, 2, 3, 4, 5], other = [6, 7, 8, 9, 10];
        var apart = model.Call(Tensor.From<int>([.. one, .. other], [2, 5]));
        Assert.Equal([1L, 2], apart.Shape);
        var batch = model.Call(Tensor.From<int>([.. one, .. other, .. other, .. one], [4, 5]));
        Tensors.AssertClose(apart, batch[..1]);
        Assert.NotEqual(batch[0].Numbers(), batch[1].Numbers());
    }

    [Fact]
    public void TheHeadIsAnMlpOnTheClsToken()
    {
        using var scope = new TensorScope();
        var model = new LongRangeEncoder(new SequenceShape(4, 16, 2), s_tiny with { Layers = 1 });
        model.Eval();
        // Without what the blocks add, the CLS token is its position alone, normalised.
        var weights = model.StateDict();
        using (Autograd.NoGrad())
            foreach (var (name, weight) in weights)
                if (name.EndsWith("output_projection.weight", StringComparison.Ordinal) || name.EndsWith("output_projection.bias", StringComparison.Ordinal)
                    || name.Contains("feed_forward.output", StringComparison.Ordinal))
                    weight.FillInPlace(0);
        var cls = Tensor.From<float>([0, 1, 0, 1, 0, 1, 0, 1], [1, 8]);
        var normal = (cls - 0.5) / Math.Sqrt(0.25 + 1e-5);
        var hidden = Functional.Linear(normal, weights["head.first.weight"], weights["head.first.bias"]).Relu();
        Tensors.AssertClose(Functional.Linear(hidden, weights["head.output.weight"], weights["head.output.bias"]), model.Call(Tensor.From<int>([3, 1, 2, 9], [1, 4])));
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        using var scope = new TensorScope();
        var model = new LongRangeEncoder(new SequenceShape(4, 16, 2), s_tiny);
        Assert.Equal("The model was built for sequences of 4 tokens, found 5.",
            Assert.Throws<UserException>(() => model.Call(Tensor.From<int>([1, 2, 3, 4, 5], [1, 5]))).Message);
        var refusing = new LongRangeEncoder(new SequenceShape(4, 16, 2), s_tiny with { Attention = Part<TokenMixer>.Of("flow") });
        Assert.Equal([1L, 2], refusing.Call(Tensor.From<int>([1, 2, 3, 4], [1, 4])).Shape);
    }
}
