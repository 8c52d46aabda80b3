using Anyformer.Attention;
using Anyformer.Attention.Downsampling;
using Anyformer.Attention.Mixed;
using Anyformer.Recipes;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Mixed;

public sealed class PoolingAttentionTests
{
    private const int Heads = 2, Width = 6;

    private sealed record Sizes(int Tokens, int Window, int Reach, int Kernel, int Stride, string Pooling, bool Padded);

    [Fact]
    public void AWindowOfTokensAndThenAWindowOfPooledOnes() => Property.Holds(
        from tokens in Gen.Elements(1, 2, 5, 13, 24, 70, 150)
        from window in Gen.Choose(0, 9)
        from reach in Gen.Elements(0, 3, 17, 60, 500)
        from kernel in Gen.Choose(1, 6)
        from stride in Gen.Choose(1, 5)
        from pooling in Gen.Elements("window-mean", "window-max", "window-convolution", "window-dynamic-convolution")
        from padded in Gen.Elements(false, true)
        select new Sizes(tokens, window, reach, kernel, stride, pooling, padded),
        sizes =>
        {
            using var scope = new TensorScope();
            var attention = Attention(sizes);
            var tokens = Tensors.Normal64(1, 2, sizes.Tokens, Width);
            var real = sizes.Padded ? Tensors.Normal(2, 2, sizes.Tokens) > -0.3 : Functional.Ones([2, sizes.Tokens], DType.Bool);
            var mask = sizes.Padded ? AttentionMask.OfTokens(real) : null;
            Tensors.AssertClose(Dense(attention, tokens, real, sizes), attention.Call(tokens, mask), 1e-9);
        },
        runs: 60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GradientsAreSlopes(bool padded)
    {
        var attention = Attention(new Sizes(0, 1, 5, 3, 2, "window-dynamic-convolution", false));
        var (tokens, probe) = (Tensors.Normal64(1, 1, 11, Width), Tensors.Normal64(2, 1, 11, Width));
        tokens.RequiresGrad = true;
        var mask = padded ? AttentionMask.OfTokens(Functional.Arange(11).Unsqueeze(0) < 7) : null;
        FiniteDifferences.AssertGradients([tokens, .. attention.Parameters()], () => (attention.Call(tokens, mask) * probe).Sum(), 1e-6);
    }

    [Fact]
    public void WhatItCannotObeyIsRefused()
    {
        using var scope = new TensorScope();
        var attention = Attention(new Sizes(0, 1, 5, 3, 2, "window-mean", false));
        string Refusal(AttentionMask mask) => Assert.Throws<UserException>(() => attention.Call(Tensors.Normal64(1, 1, 4, Width), mask)).Message;
        Assert.Equal("Poolingformer has no causal form; choose a mechanism that the catalog calls causal.", Refusal(AttentionMask.Causal));
        Assert.StartsWith("Poolingformer ", Refusal(AttentionMask.OfPairs(Functional.Ones([4, 4], DType.Bool))), StringComparison.Ordinal);
    }

    private static PoolingAttention Attention(Sizes sizes)
    {
        var windows = new WindowReducerOptions { Kernel = sizes.Kernel, Stride = sizes.Stride };
        var attention = new PoolingAttention(new TokenMixerShape(0, Width, Heads), new PoolingAttentionOptions
        {
            Window = sizes.Window,
            PooledWindow = sizes.Reach,
            Pooling = Part<WindowReducer>.Of(sizes.Pooling, windows),
        });
        attention.To(DType.Float64);
        return attention;
    }

    /// <summary>All pairs of both levels, with scores of -1e9 where a key may not be seen; only the pooling is the attention's own.</summary>
    private static Tensor Dense(PoolingAttention attention, Tensor tokens, Tensor real, Sizes sizes)
    {
        var state = attention.StateDict();
        Tensor Map(string name, Tensor x) => x.MatMul(state[$"{name}_projection.weight"].T()) + state[$"{name}_projection.bias"];
        Tensor Split(string name, Tensor x) => Map(name, x).View([2, -1, Heads, Width / Heads]).Transpose(1, 2);
        static Tensor Attend(Tensor queries, Tensor keys, Tensor values, Tensor visible) =>
            (queries.MatMul(keys.Transpose(-2, -1)) / Math.Sqrt(Width / Heads)).MaskedFill(!visible, -1e9).Softmax(-1).MatMul(values)
                .Transpose(1, 2).Flatten(2);

        var places = Functional.Arange(tokens.Size(1)).Unsqueeze(1);
        var beside = ((places - places.T()).Abs() <= sizes.Window) & real.View([2, 1, 1, -1]);
        var near = Attend(Split("query", tokens), Split("key", tokens), Split("value", tokens), beside);
        var pooling = (WindowReducer)attention.Children().Single(child => child.Name == "pooling").Module;
        var (keys, values, slots) = pooling.Call(Split("pooled_key", near), Split("pooled_value", near), AttentionMask.OfKeys(real));
        var centres = Functional.Arange(keys.Size(2)) * sizes.Stride + sizes.Kernel / 2;
        var around = ((places - centres).Abs() <= sizes.Reach) & slots!.Keys!.View([2, 1, 1, -1]);
        return Map("output", near + Attend(Split("pooled_query", near), keys, values, around));
    }
}
