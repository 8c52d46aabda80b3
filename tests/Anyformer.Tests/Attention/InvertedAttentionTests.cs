using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention;

public sealed class InvertedAttentionTests
{
    [Fact]
    public void QueriesCompeteForEveryKeyAndShareOutTheirOwn() => Property.Holds(Gen.Choose(1, 7).Three(), drawn =>
    {
        using var scope = new TensorScope();
        var (asking, answering, width) = drawn;
        var queries = Tensors.Normal64(1, 1, 1, asking, width);
        var (keys, values) = (Tensors.Normal64(2, 1, 1, answering, width), Tensors.Normal64(3, 1, 1, answering, width));
        var scores = Enumerable.Range(0, asking).Select(i => Enumerable.Range(0, answering).Select(j =>
            Math.Exp((queries[0, 0, i] * keys[0, 0, j]).Sum().Item<double>() / Math.Sqrt(width))).ToArray()).ToArray();
        var shares = scores.Select(row => row.Select((score, j) => score / scores.Sum(other => other[j])).ToArray()).ToArray();
        var weights = shares.SelectMany(row => row.Select(share => share / row.Sum())).ToArray();
        var expected = Tensor.From(weights, asking, answering).MatMul(values[0, 0]);
        Tensors.AssertClose(expected, new InvertedAttention().Call(queries, keys, values)[0, 0], 1e-9);
    }, runs: 25);

    [Fact]
    public void PaddingNeitherAsksNorAnswers()
    {
        using var scope = new TensorScope();
        var attention = new InvertedAttention();
        var (queries, keys, values) = (Tensors.Normal64(1, 2, 3, 6, 4), Tensors.Normal64(2, 2, 3, 7, 4), Tensors.Normal64(3, 2, 3, 7, 4));
        Tensor First(int count, int all) => (Functional.Arange(all) < count).Expand([2, -1]);
        var mask = new AttentionMask { Queries = First(4, 6), Keys = First(5, 7) };
        var alone = attention.Call(queries[.., .., ..4], keys[.., .., ..5], values[.., .., ..5]);
        Tensors.AssertClose(alone, attention.Call(queries, keys, values, mask)[.., .., ..4], 1e-9);
    }

    [Fact]
    public void WhatCompetitionCannotObeyIsRefused()
    {
        using var scope = new TensorScope();
        var (attention, tokens) = (new InvertedAttention(), Tensors.Normal(1, 1, 1, 3, 2));
        Assert.Throws<UserException>(() => attention.Call(tokens, tokens, tokens, AttentionMask.Causal));
        Assert.Throws<UserException>(() => attention.Call(tokens, tokens, tokens, AttentionMask.OfPairs(Functional.Ones([3, 3], DType.Bool))));
    }
}
