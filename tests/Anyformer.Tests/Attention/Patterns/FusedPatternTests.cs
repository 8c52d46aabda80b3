using Anyformer.Attention;
using Anyformer.Attention.Local;
using Anyformer.Attention.Patterns;
using Anyformer.Attention.Softmax;
using Anyformer.Attention.Windows;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Patterns;

/// <summary>Mechanisms whose pattern goes through a kernel where samples are long enough, against the table of their pairs.</summary>
public sealed class FusedPatternTests
{
    private const int Heads = 3;

    private sealed record Sizes(int Tokens, int Window, int Other, bool Causal, bool Padded);

    private static readonly FsCheck.Gen<Sizes> s_sizes =
        from tokens in Gen.Choose(49, 150)
        from window in Gen.Choose(1, 70)
        from other in Gen.Choose(1, 4)
        from causal in Gen.Elements(false, true)
        from padded in Gen.Elements(false, true)
        select new Sizes(tokens, window, other, causal, padded);

    [Fact]
    public void SlidingWindowsAreBandsWithGaps() => Holds(sizes =>
    {
        var attention = new SlidingWindowAttention(new AttentionShape(Heads, 5), new() { Window = 2 * sizes.Window, Dilations = [1, sizes.Other, sizes.Other] });
        AttentionPattern Of(int dilation) => AttentionPattern.Dilated(sizes.Window, sizes.Window, dilation);
        return (attention, AttentionPattern.PerHead(Of(1), Of(sizes.Other), Of(sizes.Other)));
    });

    [Fact]
    public void LocalAttentionSeesEquallyFar() => Holds(sizes => (
        new LocalAttention(new AttentionShape(Heads, 5), new() { Window = sizes.Window, Backward = sizes.Other - 1, Forward = 1 }),
        AttentionPattern.Band((sizes.Other - 1) * Math.Min(sizes.Window, sizes.Tokens), Math.Min(sizes.Window, sizes.Tokens))));

    [Fact]
    public void LocalAttentionSeesWholeWindows() => Holds(sizes => (
        new LocalAttention(new AttentionShape(Heads, 5), new() { Window = sizes.Window, Backward = sizes.Other - 1, Forward = 1, Exact = false }),
        AttentionPattern.BlockWindow(sizes.Window, (sizes.Other - 1) * sizes.Window, sizes.Window)));

    private static void Holds(Func<Sizes, (AttentionFunction Attention, AttentionPattern Pattern)> build) => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var (attention, pattern) = build(sizes);
        Tensor[] inputs = [Input(1, sizes), Input(2, sizes), Input(3, sizes)];
        var real = sizes.Padded ? Tensors.Normal64(4, 2, sizes.Tokens) > 0.5 : null;
        var mask = new AttentionMask { IsCausal = sizes.Causal, Keys = real };
        var open = (sizes.Causal ? pattern & AttentionPattern.Causal : pattern).DenseMask(sizes.Tokens, Heads);
        var visible = real is null ? open.Unsqueeze(0) : open.LogicalAnd(real.Unsqueeze(1).Unsqueeze(1));
        var expected = new SoftmaxAttention().Compose(inputs[0], inputs[1], inputs[2], visible);
        var actual = attention.Call(inputs[0], inputs[1], inputs[2], mask);
        Tensors.AssertClose(expected, actual, 1e-10);
        var probe = Tensors.Normal64(5, expected.Shape);
        var (slopes, found) = (Autograd.Grad([expected], inputs, [probe]), Autograd.Grad([actual], inputs, [probe]));
        for (var i = 0; i < inputs.Length; i++)
            Tensors.AssertClose(slopes[i]!, found[i]!, 1e-9);
    }, runs: 12);

    private static Tensor Input(int seed, Sizes sizes)
    {
        var input = Tensors.Normal64(seed, 2, Heads, sizes.Tokens, 5);
        input.RequiresGrad = true;
        return input;
    }
}
