using Anyformer.Attention;
using Anyformer.Attention.Kernels;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Kernels;

public sealed class FlowAttentionTests
{
    private const double Epsilon = 1e-6;

    private readonly FlowAttention _attention = new();

    [Fact]
    public void AgreesWithTheAuthorsForecastingCode()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = (Wave(12).Sin().View([1, 2, 3, 2]), Wave(16).Cos().View([1, 2, 4, 2]), (Wave(16) * 2).Sin().View([1, 2, 4, 2]));
        var context = _attention.Call(queries, keys, values);
        Tensors.AssertClose(
            [
                -0.08064964, 0.44992672, -0.097496455, 0.467263616, -0.077923754, 0.385798138,
                -0.215388951, 0.065583805, -0.23367799, 0.048881955, -0.194249558, 0.037213341,
            ],
            context, 1e-8);
    }

    [Fact]
    public void AgreesWithTheAuthorsCausalCode()
    {
        using var scope = new TensorScope();
        static Tensor Heads(Tensor wave) => wave.View([1, 5, 2, 2]).Transpose(1, 2);
        var context = _attention.Call(Heads(Wave(20).Sin()), Heads(Wave(20).Cos()), Heads((Wave(20) * 2).Sin()), AttentionMask.Causal);
        Tensors.AssertClose(
            [
                0.0, 0.664747523, -0.553264233, -0.204268091, 0.218888344, 0.231042456, -0.427249019, 0.416126531, 0.150446475, 0.085558018,
                -0.134936159, 0.265603554, -0.131002305, 0.25010578, -0.071165434, 0.070072828, -0.078016139, 0.242938742, -0.227521242, 0.110875959,
            ],
            context.Transpose(1, 2).Flatten(), 1e-8);
    }

    [Fact]
    public void EveryPairFlowsThroughItsCapacity() => Property.Holds(Gen.Choose(1, 9).Three(), drawn =>
    {
        using var scope = new TensorScope();
        var (sinks, sources, width) = drawn;
        var queries = Tensors.Normal64(1, 2, 2, sinks, width);
        var (keys, values) = (Tensors.Normal64(2, 2, 2, sources, width), Tensors.Normal64(3, 2, 2, sources, width));
        var (q, k) = (queries.Sigmoid(), keys.Sigmoid());
        var incoming = ((q + Epsilon) * (k.Sum([2], keepdim: true) + Epsilon)).Sum([3]);
        var outgoing = ((k + Epsilon) * (q.Sum([2], keepdim: true) + Epsilon)).Sum([3]);
        // The n x n capacities, which the attention itself never forms.
        var capacities = q.MatMul(k.Transpose(-2, -1));
        var allocation = ((capacities / outgoing.Unsqueeze(2)).Sum([3]) * ((double)sinks / sources)).Sigmoid();
        var competition = (capacities / incoming.Unsqueeze(3)).Sum([2]).Softmax(-1) * sources;
        var weights = capacities * (allocation / incoming).Unsqueeze(3) * competition.Unsqueeze(2);
        Tensors.AssertClose(weights.MatMul(values), _attention.Call(queries, keys, values), 1e-4);
    }, runs: 30);

    [Theory]
    [InlineData(3)]
    [InlineData(150)]
    public void NothingLeaksFromTheFutureThroughACausalMask(int tokens)
    {
        using var scope = new TensorScope();
        var (queries, keys) = (Tensors.Normal64(1, 1, 2, tokens, 3), Tensors.Normal64(2, 1, 2, tokens, 3));
        var values = Tensors.Normal64(3, 1, 2, tokens, 3);
        var whole = _attention.Call(queries, keys, values, AttentionMask.Causal);
        foreach (var seen in new[] { 1, tokens / 2, tokens - 1 })
            Tensors.AssertClose(_attention.Call(queries[.., .., ..seen], keys[.., .., ..seen], values[.., .., ..seen], AttentionMask.Causal),
                whole[.., .., ..seen], 1e-9);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void GradientsAreSlopes(bool causal)
    {
        var (queries, keys, values) = (Tensors.Normal64(1, 2, 2, 5, 3), Tensors.Normal64(2, 2, 2, 5, 3), Tensors.Normal64(3, 2, 2, 5, 3));
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        FiniteDifferences.AssertGradients([queries, keys, values],
            () => _attention.Call(queries, keys, values, causal ? AttentionMask.Causal : null).Square().Sum());
    }

    [Fact]
    public void PaddingIsAsIfItWereNotThere() => Property.Holds(Gen.Choose(1, 140).Two().Zip(Gen.Elements(true, false)), drawn =>
    {
        using var scope = new TensorScope();
        var ((tokens, seed), isCausal) = drawn;
        var (queries, keys) = (Tensors.Normal64(1, 1, 2, tokens, 3), Tensors.Normal64(2, 1, 2, tokens, 3));
        var values = Tensors.Normal64(3, 1, 2, tokens, 3);
        var random = new Random(seed);
        var kept = Enumerable.Range(0, tokens).Where(_ => random.Next(3) > 0).DefaultIfEmpty(0).Select(i => (long)i).ToArray();
        var real = Functional.Zeros([1, tokens], DType.Bool);
        real[0, Tensor.From(kept, kept.Length)] = Tensor.From(true);
        var mask = AttentionMask.OfTokens(real) with { IsCausal = isCausal };
        Tensor Kept(Tensor all) => all.IndexSelect(2, Tensor.From(kept, kept.Length));
        Tensors.AssertClose(
            _attention.Call(Kept(queries), Kept(keys), Kept(values), isCausal ? AttentionMask.Causal : null),
            Kept(_attention.Call(queries, keys, values, mask)), 1e-9);
    }, runs: 40);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ASampleOfPaddingAloneStaysFinite(bool isCausal)
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal(1, 1, 1, 5, 2);
        tokens.RequiresGrad = true;
        var mask = AttentionMask.OfTokens(Functional.Zeros([1, 5], DType.Bool)) with { IsCausal = isCausal };
        var context = _attention.Call(tokens, tokens, tokens, mask);
        context.Sum().Backward();
        Assert.All([.. context.Numbers(), .. tokens.Grad!.Numbers()], number => Assert.True(double.IsFinite(number)));
    }

    [Fact]
    public void WhatItCannotObeyIsRefused()
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal(1, 1, 1, 5, 2);
        Assert.Equal(
            "Flow-attention makes no score for every pair of tokens, so it cannot obey a mask of pairs; it takes padding and causal masks.",
            Assert.Throws<UserException>(() => _attention.Call(tokens, tokens, tokens, AttentionMask.OfPairs(Functional.Ones([5, 5], DType.Bool)))).Message);
        Assert.Equal("Causal flow-attention needs as many queries as keys, found 3 and 5.",
            Assert.Throws<UserException>(() => _attention.Call(tokens[.., .., ..3], tokens, tokens, AttentionMask.Causal)).Message);
    }

    private static Tensor Wave(int count) => Functional.Arange(count, dtype: DType.Float64);
}
