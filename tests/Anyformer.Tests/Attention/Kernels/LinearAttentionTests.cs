using Anyformer.Attention;
using Anyformer.Attention.Kernels;
using Anyformer.Inspection;
using Anyformer.Recipes;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Kernels;

[Collection(DefaultGenerator.Name)]
public sealed class LinearAttentionTests
{
    private readonly LinearAttention _attention = new(new EluFeatureMap(new AttentionShape(2, 3)));

    [Fact]
    public void OneTokenGetsItsOwnValue()
    {
        using var scope = new TensorScope();
        // phi(0) = 1 and phi(1) = 2: the weight is 1·2 over 1·2 + 1e-6.
        var (query, key) = (Tensor.From([0.0], 1, 1, 1, 1), Tensor.From([1.0], 1, 1, 1, 1));
        Tensors.AssertClose([3 * 2 / 2.000001], _attention.Call(query, key, Tensor.From([3.0], 1, 1, 1, 1)), 1e-12);
    }

    [Fact]
    public void ItIsTheDenseFormula() => Property.Holds(Gen.Choose(1, 150).Two().Zip(Gen.Choose(1, 4)).Zip(Gen.Elements(true, false)), drawn =>
    {
        using var scope = new TensorScope();
        var (((first, second), width), isCausal) = drawn;
        var (asking, answering) = isCausal ? (Math.Min(first, second), Math.Max(first, second)) : (first, second);
        var (queries, keys) = (Tensors.Normal64(1, 2, 2, asking, width), Tensors.Normal64(2, 2, 2, answering, width));
        var values = Tensors.Normal64(3, 2, 2, answering, width + 1);
        var mask = AttentionMask.OfKeys(Tensors.Normal64(4, 2, answering) > -0.5) with { IsCausal = isCausal };
        var scores = (queries.Elu() + 1).MatMul((keys.Elu() + 1).Transpose(-2, -1)) * mask.Table(asking, answering)!;
        Tensors.AssertClose((scores / (scores.Sum([-1], keepdim: true) + 1e-6)).MatMul(values), _attention.Call(queries, keys, values, mask), 1e-8);
    }, runs: 50);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(150)]
    public void StepsEqualTheCausalForm(int step)
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var layer = new MultiHeadAttention(6, 2, new LinearAttention(new EluFeatureMap(new AttentionShape(2, 3))));
        layer.To(DType.Float64);
        var tokens = Tensors.Normal64(1, 2, 301, 6);
        var whole = layer.Call(tokens, AttentionMask.Causal);
        IReadOnlyList<Tensor>? state = null;
        for (var begin = 0L; begin < 301; begin += step)
        {
            var length = Math.Min(step, 301 - begin);
            (var mixed, state) = layer.Step(tokens.Narrow(1, begin, length), state);
            Tensors.AssertClose(whole.Narrow(1, begin, length), mixed, 1e-9);
        }
    }

    [Fact]
    public void HalfPrecisionIsSummedInFull()
    {
        using var scope = new TensorScope();
        const DType type = DType.BFloat16;
        var (queries, keys) = (Tensors.Normal(1, 1, 1, 5000, 2).To(type), Tensors.Normal(2, 1, 1, 5000, 2).To(type));
        var values = Functional.Ones([1, 1, 5000, 2], type);
        foreach (var mask in new[] { null, AttentionMask.Causal })
        {
            var context = _attention.Call(queries, keys, values, mask);
            Assert.Equal(type, context.DType);
            Assert.All(context.Numbers(), value => Assert.Equal(1, value, 1e-3));
        }
    }

    [Fact]
    public void AnyFeatureMapOfTheCatalogCanBeNamed()
    {
        using var scope = new TensorScope();
        var part = Part<AttentionFunction>.Of("linear-transformer", new LinearAttentionOptions { FeatureMap = Part<FeatureMap>.Of("elu") });
        var (queries, keys, values) = (Tensors.Normal(1, 1, 2, 5, 3), Tensors.Normal(2, 1, 2, 5, 3), Tensors.Normal(3, 1, 2, 5, 3));
        Tensors.AssertSame(_attention.Call(queries, keys, values), part.Build(new AttentionShape(2, 3)).Call(queries, keys, values));
    }

    [Fact]
    public void TheSumsOverAllKeysAreRecorded()
    {
        using var scope = new TensorScope();
        using var recorder = new Recorder();
        var (keys, values) = (Tensors.Normal64(2, 1, 2, 5, 3), Tensors.Normal64(3, 1, 2, 5, 4));
        _attention.Call(Tensors.Normal64(1, 1, 2, 5, 3), keys, values);
        var features = keys.Elu() + 1;
        var memory = recorder.Named("memory").Single();
        Tensors.AssertClose(features.Transpose(-2, -1).MatMul(values), memory[.., .., .., ..4], 1e-12);
        Tensors.AssertClose(features.Sum([2]), memory[.., .., .., 4], 1e-12);
    }

    [Fact]
    public void WhatItCannotObeyIsRefused()
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal(1, 1, 1, 5, 2);
        Assert.Equal(
            "Linear attention makes no score for every pair of tokens, so it cannot obey a mask of pairs; it takes padding and causal masks.",
            Assert.Throws<UserException>(() => _attention.Call(tokens, tokens, tokens, AttentionMask.OfPairs(Functional.Ones([5, 5], DType.Bool)))).Message);
        Assert.Equal("Under a causal mask there must be no more queries than keys, found 5 and 2.",
            Assert.Throws<UserException>(() => _attention.Call(tokens, tokens[.., .., ..2], tokens[.., .., ..2], AttentionMask.Causal)).Message);
    }
}
