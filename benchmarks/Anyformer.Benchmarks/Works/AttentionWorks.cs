using Anyformer.Attention.Kernels;
using Anyformer.Attention.Patterns;
using Anyformer.Attention.Softmax;
using Anyformer.Torch;

namespace Anyformer.Benchmarks.Works;

/// <summary>Attention of 8 heads of width 64, alone.</summary>
internal static class AttentionWorks
{
    internal const int Heads = 8, HeadWidth = 64;

    /// <summary>The attention that models use.</summary>
    internal static Tensor Softmax(Tensor queries, Tensor keys, Tensor values) => s_softmax.Call(queries, keys, values);

    /// <summary>The same of libtorch's operators.</summary>
    internal static Tensor Composition(Tensor queries, Tensor keys, Tensor values) =>
        (queries * (1 / Math.Sqrt(HeadWidth))).MatMul(keys.Transpose(-2, -1)).Softmax(-1).MatMul(values);

    /// <summary>A query sees 256 keys: itself, those before and those behind it.</summary>
    internal static Tensor Window(Tensor queries, Tensor keys, Tensor values) => s_window.Call(queries, keys, values);

    /// <summary>Causal attention without a softmax, by what models use.</summary>
    internal static Tensor CausalLinear(Tensor queries, Tensor keys, Tensor values) => CausalProduct.Of(queries, keys, values);

    /// <summary>The same of libtorch's operators.</summary>
    internal static Tensor CausalLinearComposition(Tensor queries, Tensor keys, Tensor values) => CausalComposition.Of(queries, keys, values);

    private static readonly SoftmaxAttention s_softmax = new();

    private static readonly PatternAttention s_window = new(AttentionPattern.Band(128, 127));

    /// <summary>A forward pass.</summary>
    internal static Action Forward(Func<Tensor, Tensor, Tensor, Tensor> attention, int tokens, int heads = Heads, int features = HeadWidth)
    {
        var (queries, keys, values) = Inputs(tokens, heads, features);
        return () =>
        {
            using var scope = new TensorScope();
            using var noGrad = Autograd.NoGrad();
            attention(queries, keys, values);
        };
    }

    /// <summary>A forward and a backward pass.</summary>
    internal static Action ForwardAndBackward(Func<Tensor, Tensor, Tensor, Tensor> attention, int tokens, int heads = Heads, int features = HeadWidth)
    {
        var (queries, keys, values) = Inputs(tokens, heads, features);
        Tensor[] inputs = [queries, keys, values];
        foreach (var input in inputs)
            input.RequiresGrad = true;
        var gradient = values.Detach().OnesLike();
        return () =>
        {
            using var scope = new TensorScope();
            Autograd.Grad([attention(queries, keys, values)], inputs, [gradient]);
        };
    }

    /// <summary>Floating-point operations of the two products of a forward pass; a backward pass has five.</summary>
    internal static double Operations(long tokens, int heads) => 4.0 * heads * tokens * tokens * HeadWidth;

    private static (Tensor Queries, Tensor Keys, Tensor Values) Inputs(int tokens, int heads, int features)
    {
        TorchRuntime.ManualSeed(1);
        Tensor Input(int width) => Functional.Randn([1, heads, tokens, width]);
        return (Input(features), Input(features), Input(HeadWidth));
    }
}
