using Anyformer.Attention;
using Anyformer.Attention.Downsampling;
using Anyformer.Attention.Memory;
using Anyformer.Recipes;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Memory;

public sealed class MemoryCompressedAttentionTests
{
    private const int Heads = 2, HeadWidth = 3;

    private sealed record Sizes(int Queries, int Keys, int Kernel, int Stride, bool Causal, bool Padded, string Reducer);

    [Fact]
    public void EveryQuerySeesTheWindowsThatHaveEndedAndTheNullSlot() => Property.Holds(
        from keys in Gen.Choose(1, 13)
        from queries in Gen.Choose(1, keys)
        from kernel in Gen.Choose(1, 4)
        from stride in Gen.Choose(1, kernel)
        from causal in Gen.Elements(false, true)
        from padded in Gen.Elements(false, true)
        from reducer in Gen.Elements("window-convolution", "window-mean", "window-max", "window-dynamic-convolution")
        select new Sizes(queries, keys, kernel, stride, causal, padded, reducer),
        sizes =>
        {
            using var scope = new TensorScope();
            var attention = Attention(sizes.Reducer, sizes.Kernel, sizes.Stride);
            attention.StateDict()["null_key"].SetData(Tensors.Normal64(5, Heads, 1, HeadWidth));
            attention.StateDict()["null_value"].SetData(Tensors.Normal64(6, Heads, 1, HeadWidth));
            var queries = Tensors.Normal64(1, 1, Heads, sizes.Queries, HeadWidth);
            var (keys, values) = (Tensors.Normal64(2, 1, Heads, sizes.Keys, HeadWidth), Tensors.Normal64(3, 1, Heads, sizes.Keys, HeadWidth));
            var real = sizes.Padded ? Tensors.Normal(4, 1, sizes.Keys) > 0 : Functional.Ones([1, sizes.Keys], DType.Bool);
            var mask = new AttentionMask { IsCausal = sizes.Causal, Keys = sizes.Padded ? real : null };
            Tensors.AssertClose(Naive(attention, queries, keys, values, real.Numbers(), sizes), attention.Call(queries, keys, values, mask), 1e-9);
        },
        runs: 60);

    [Fact]
    public void WithWindowsOfOneTokenItIsAttentionToThemAndTheNullSlot()
    {
        using var scope = new TensorScope();
        var attention = Attention("window-mean", 1, 1);
        var tokens = Tensors.Normal64(1, 1, Heads, 5, HeadWidth);
        var nothing = Functional.Zeros([1, Heads, 1, HeadWidth], DType.Float64);
        var keys = Functional.Cat([nothing, tokens], 2);
        var scores = tokens.MatMul(keys.Transpose(-2, -1)) / Math.Sqrt(Heads * HeadWidth);
        Tensors.AssertClose(scores.Softmax(-1).MatMul(keys), attention.Call(tokens, tokens, tokens), 1e-9);
    }

    [Fact]
    public void ATableOfPairsIsRefused()
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal64(1, 1, Heads, 4, HeadWidth);
        Assert.StartsWith("Memory-compressed attention ", Assert.Throws<UserException>(() => Attention("window-mean", 2, 2)
            .Call(tokens, tokens, tokens, AttentionMask.OfPairs(Functional.Ones([4, 4], DType.Bool)))).Message, StringComparison.Ordinal);
    }

    private static MemoryCompressedAttention Attention(string reducer, int kernel, int stride)
    {
        var windows = new WindowReducerOptions { Kernel = kernel, Stride = stride };
        var attention = new MemoryCompressedAttention(new AttentionShape(Heads, HeadWidth),
            new MemoryCompressedAttentionOptions { Compression = Part<WindowReducer>.Of(reducer, windows) });
        attention.To(DType.Float64);
        return attention;
    }

    /// <summary>Query by query; only the reducer is the attention's own.</summary>
    private static Tensor Naive(MemoryCompressedAttention attention, Tensor queries, Tensor keys, Tensor values, double[] real, Sizes sizes)
    {
        var missing = 0;
        while (sizes.Keys + missing < sizes.Kernel || (sizes.Keys + missing - sizes.Kernel) % sizes.Stride != 0)
            missing++;
        var reducer = (WindowReducer)attention.Children().Single(child => child.Name == "compression").Module;
        var rows = Tensor.From(real, 1, 1, sizes.Keys, 1);
        var (slotKeys, slotValues, _) = reducer.Call((keys * rows).Pad([0, 0, missing, 0]), (values * rows).Pad([0, 0, missing, 0]));
        var state = attention.StateDict();
        var contexts = Enumerable.Range(0, sizes.Queries).Select(query =>
        {
            var place = query + sizes.Keys - sizes.Queries;
            bool IsSeen(int slot)
            {
                var window = Enumerable.Range(slot * sizes.Stride - missing, sizes.Kernel).Where(i => i >= 0).ToArray();
                return window.Any(i => real[i] == 1) && (!sizes.Causal || window.Max() <= place);
            }

            var seen = Enumerable.Range(0, (int)slotKeys.Size(2)).Where(IsSeen).ToArray();
            Tensor Seen(Tensor nothing, Tensor slots) =>
                Functional.Cat([nothing.Unsqueeze(0), .. seen.Select(slot => slots[.., .., slot..(slot + 1)])], 2);
            var scores = queries[.., .., query..(query + 1)].MatMul(Seen(state["null_key"], slotKeys).Transpose(-2, -1)) / Math.Sqrt(Heads * HeadWidth);
            return scores.Softmax(-1).MatMul(Seen(state["null_value"], slotValues));
        });
        return Functional.Cat([.. contexts], 2);
    }
}
