using System.ComponentModel;
using Anyformer.Attention.Downsampling;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention.Memory;

/// <summary>Options of <see cref="MemoryCompressedAttention"/>.</summary>
public sealed record MemoryCompressedAttentionOptions
{
    /// <summary>What makes one key and one value of a window of them; the paper convolves windows of 3.</summary>
    [Description("what makes one key and one value of a window of them; the paper convolves windows of 3")]
    public Part<WindowReducer> Compression { get; init; } = Part<WindowReducer>.Of("window-convolution");
}

/// <summary>
/// Attention to one key and one value for every few tokens, and to a learned one that is always there (Liu et al., ICLR 2018, arXiv 1801.10198,
/// section 4.2.4). Scores are divided by the root of the width of all heads together. Records <c>weights</c>, (batch, heads, queries, 1 + slots).
/// </summary>
/// <remarks>
/// Zeros in front of the keys fill the first window up, so that the last one ends at the last token. Under a causal mask a query sees the windows that
/// have ended by its own place: at the very beginning that may be the learned key alone.
/// </remarks>
[Formula(
    "Y = softmax(Q [k_0, K']ᵀ / √(h d)) [v_0, V'], K', V' = compress(K, V)",
    Where = "K', V': one for every window of tokens, (batch, heads, slots, d); k_0, v_0: learned, (heads, d)")]
[Claims(Causal = true)]
[Method("memory-compressed", "Memory-compressed attention", Family.Memory, 2018,
    Paper = "Liu, Saleh, Pot, Goodrich, Sepassi, Kaiser, Shazeer, Generating Wikipedia by Summarizing Long Sequences, ICLR 2018, arXiv 1801.10198",
    Complexity = "O(tokens² / stride)")]
public sealed class MemoryCompressedAttention : AttentionFunction
{
    /// <summary>Attention of some heads with fresh weights.</summary>
    public MemoryCompressedAttention(AttentionShape shape, MemoryCompressedAttentionOptions options)
    {
        Compression = options.Compression.Build(shape);
        NullKey = Initialization.Constant(Parameter.Empty(shape.Heads, 1, shape.HeadWidth), 0);
        NullValue = Initialization.Constant(Parameter.Empty(shape.Heads, 1, shape.HeadWidth), 0);
        Function = new SoftmaxAttention(shape.Dropout);
    }

    private WindowReducer Compression { get; }

    /// <summary>(heads, 1, head width).</summary>
    private Parameter NullKey { get; }

    /// <summary>(heads, 1, head width).</summary>
    private Parameter NullValue { get; }

    private SoftmaxAttention Function { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefusePairs("Memory-compressed attention");
        var missing = Missing(keys.Size(2));
        var (slotKeys, slotValues, slots) = Compression.Call(
            keys.Pad([0, 0, missing, 0]), values.Pad([0, 0, missing, 0]), mask?.Keys is { } real ? AttentionMask.OfKeys(real.Pad([missing, 0])) : null);
        var visible = new AttentionMask
        {
            Keys = slots?.Keys?.Pad([1, 0], value: 1),
            Pairs = mask?.IsCausal == true ? Ended(queries, keys, slotKeys.Size(2), missing).Pad([1, 0], value: 1) : null,
        };
        // The function divides by the root of a head's width only.
        return Function.Call(queries * (1 / Math.Sqrt(queries.Size(1))), WithNull(NullKey, slotKeys), WithNull(NullValue, slotValues), visible);
    }

    /// <summary>Zeros in front, so that windows fit.</summary>
    private long Missing(long tokens)
    {
        var (kernel, stride) = (Compression.Kernel, Compression.Stride);
        return tokens <= kernel ? kernel - tokens : (stride - (tokens - kernel) % stride) % stride;
    }

    /// <summary>True where the window of a slot has ended by a query's place, (queries, slots).</summary>
    private Tensor Ended(Tensor queries, Tensor keys, long slots, long missing)
    {
        var places = Functional.Arange(keys.Size(2) - queries.Size(2), keys.Size(2), device: queries.Device).Unsqueeze(1);
        return places >= Functional.Arange(slots, device: queries.Device) * Compression.Stride + (Compression.Kernel - 1 - missing);
    }

    private static Tensor WithNull(Tensor nothing, Tensor slots) => Functional.Cat([nothing.Expand([slots.Size(0), -1, -1, -1]), slots], 2);
}
