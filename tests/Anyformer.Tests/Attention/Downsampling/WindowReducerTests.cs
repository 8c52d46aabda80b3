using Anyformer.Attention;
using Anyformer.Attention.Downsampling;
using Anyformer.Catalog;
using Anyformer.Recipes;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Downsampling;

public sealed class WindowReducerTests
{
    private const int Heads = 2, HeadWidth = 3;

    public static TheoryData<string> Ids => [.. MethodCatalog.OfRole<WindowReducer>().Select(entry => entry.Id)];

    private static readonly FsCheck.Gen<(int Tokens, int Kernel, int Stride)> s_sizes =
        from tokens in Gen.Choose(1, 17)
        from kernel in Gen.Choose(1, 6)
        from stride in Gen.Choose(1, 6)
        select (tokens, kernel, stride);

    [Theory]
    [MemberData(nameof(Ids))]
    public void EveryFullWindowIsOneKeyAndOneValue(string id) => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var (tokens, kernel, stride) = sizes;
        var reducer = Reducer(id, kernel, stride);
        var (keys, values) = (Tensors.Normal64(1, 2, Heads, tokens, HeadWidth), Tensors.Normal64(2, 2, Heads, tokens, HeadWidth));
        var (fewerKeys, fewerValues, mask) = reducer.Call(keys, values);
        Assert.Null(mask);
        Tensors.AssertClose(Naive(reducer, id, keys), fewerKeys, 1e-9);
        Tensors.AssertClose(Naive(reducer, id, values), fewerValues, 1e-9);
    }, runs: 25);

    [Theory]
    [MemberData(nameof(Ids))]
    public void PaddingCountsAsZerosAndASlotIsSeenIfAnythingInItIsReal(string id) => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var (tokens, kernel, stride) = sizes;
        var reducer = Reducer(id, kernel, stride);
        var (keys, values) = (Tensors.Normal64(1, 2, Heads, tokens, HeadWidth), Tensors.Normal64(2, 2, Heads, tokens, HeadWidth));
        var real = Tensors.Normal(3, 2, tokens) > 0;
        var (fewerKeys, _, mask) = reducer.Call(keys, values, AttentionMask.OfKeys(real));
        Tensors.AssertClose(Naive(reducer, id, keys * real.View([2, 1, tokens, 1])), fewerKeys, 1e-9);
        var (seen, numbers, slots) = (real.Numbers(), mask!.Keys!.Numbers(), mask.Keys!.Size(1));
        for (var slot = 0; slot < numbers.Length; slot++)
        {
            var (sample, begin) = (slot / slots, slot % slots * stride);
            var any = Enumerable.Range(0, kernel).Any(i => begin + i < tokens && seen[sample * tokens + begin + i] == 1);
            Assert.Equal(any ? 1 : 0, numbers[slot]);
        }
    }, runs: 15);

    [Theory]
    [MemberData(nameof(Ids))]
    public void GradientsAreSlopes(string id)
    {
        var reducer = Reducer(id, kernel: 3, stride: 2);
        var (keys, values) = (Tensors.Normal64(1, 2, Heads, 8, HeadWidth), Tensors.Normal64(2, 2, Heads, 8, HeadWidth));
        keys.RequiresGrad = values.RequiresGrad = true;
        FiniteDifferences.AssertGradients([keys, values, .. reducer.Parameters()], () =>
        {
            var (fewerKeys, fewerValues, _) = reducer.Call(keys, values);
            return (fewerKeys * fewerValues).Sum();
        });
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void WhatAQuerySeesOfWindowsIsNotTheirMatter(string id)
    {
        using var scope = new TensorScope();
        var (reducer, tokens) = (Reducer(id, 2, 2), Tensors.Normal64(1, 1, Heads, 4, HeadWidth));
        Assert.Throws<UserException>(() => reducer.Call(tokens, tokens, AttentionMask.Causal));
        Assert.Throws<UserException>(() => reducer.Call(tokens, tokens, AttentionMask.OfPairs(Functional.Ones([4, 4], DType.Bool))));
    }

    private static WindowReducer Reducer(string id, int kernel, int stride)
    {
        var options = new WindowReducerOptions { Kernel = kernel, Stride = stride == kernel ? null : stride };
        var reducer = Part<WindowReducer>.Of(id, options).Build(new AttentionShape(Heads, HeadWidth));
        reducer.To(DType.Float64);
        return reducer;
    }

    /// <summary>Window by window.</summary>
    private static Tensor Naive(WindowReducer reducer, string id, Tensor tokens)
    {
        var missing = Math.Max(0, reducer.Kernel - tokens.Size(2));
        var padded = tokens.Pad([0, 0, 0, missing]);
        var state = reducer.StateDict();
        var slots = new List<Tensor>();
        for (var begin = 0; begin + reducer.Kernel <= padded.Size(2); begin += reducer.Stride)
        {
            var window = padded.Narrow(2, begin, reducer.Kernel);
            slots.Add(id switch
            {
                "window-mean" => window.Mean([2]),
                "window-max" => window.Amax([2]),
                "window-convolution" => Convolve(window, state["weight"], state["bias"]),
                "window-dynamic-convolution" => Weigh(window, window[.., .., reducer.Kernel / 2], state["weights.weight"], state["weights.bias"]),
                _ => throw new NotSupportedException(id),
            });
        }

        return Functional.Stack([.. slots], 2);
    }

    private static Tensor Convolve(Tensor window, Tensor weight, Tensor bias)
    {
        var channels = window.Transpose(2, 3).Flatten(1, 2);
        return Functional.Conv1d(channels, weight, bias, groups: Heads).View([window.Size(0), Heads, HeadWidth]);
    }

    private static Tensor Weigh(Tensor window, Tensor centre, Tensor weight, Tensor bias) =>
        ((centre.MatMul(weight.T()) + bias).Softmax(-1).Unsqueeze(-1) * window).Sum([2]);
}
