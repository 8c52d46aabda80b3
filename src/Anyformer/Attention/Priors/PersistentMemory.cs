using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Priors;

/// <summary>Learned keys and values of every head, which stand for what a feed-forward part would know (Sukhbaatar et al. 2019, arXiv 1907.01470).</summary>
internal sealed class PersistentMemory : Module
{
    /// <summary>Vectors for heads.</summary>
    public PersistentMemory(int heads, int headWidth, int vectors)
    {
        Keys = Initialization.Normal(Parameter.Empty(heads, vectors, headWidth), 0, 1 / Math.Sqrt(headWidth));
        Values = Initialization.Normal(Parameter.Empty(heads, vectors, headWidth), 0, 1 / Math.Sqrt(vectors));
    }

    /// <summary>(heads, vectors, head width).</summary>
    private Parameter Keys { get; }

    /// <summary>(heads, vectors, head width).</summary>
    private Parameter Values { get; }

    /// <summary>The keys as queries meet them.</summary>
    public Tensor ScaledKeys => Keys * Math.Sqrt(Keys.Size(-1));

    /// <summary>The values as contexts take them.</summary>
    public Tensor ScaledValues => Values * Math.Sqrt(Values.Size(-2));
}

/// <summary>Options of <see cref="PersistentMemoryAttention"/>.</summary>
public sealed record PersistentMemoryAttentionOptions
{
    /// <summary>Learned keys and values of every head.</summary>
    [Description("learned keys and values of every head"), Range(1, 1048576)]
    public int Vectors { get; init; } = 64;
}

/// <summary>
/// All-attention: softmax attention over the tokens and over learned vectors of every head, which no mask hides. A block with it needs no feed-forward part
/// (Sukhbaatar, Grave, Lample, Jegou, Joulin 2019, arXiv 1907.01470).
/// </summary>
[Formula("Y = softmax(Q [√d M_k, K]ᵀ / √d) [√m M_v, V]", Where = "M_k, M_v: learned, (heads, m, d); m: vectors")]
[Claims(Causal = true)]
[Method("persistent-memory", "Persistent memory (all-attention)", Family.Priors, 2019, System = "priors",
    Paper = "Sukhbaatar, Grave, Lample, Jegou, Joulin, Augmenting Self-attention with Persistent Memory, arXiv 1907.01470",
    Complexity = "O(tokens² + vectors · tokens)")]
public sealed class PersistentMemoryAttention : AttentionFunction
{
    /// <summary>Attention as a part of a host.</summary>
    public PersistentMemoryAttention(AttentionShape shape, PersistentMemoryAttentionOptions options) =>
        (Memory, Function) = (new PersistentMemory(shape.Heads, shape.HeadWidth, options.Vectors), new SoftmaxAttention(shape.Dropout));

    private PersistentMemory Memory { get; }

    private SoftmaxAttention Function { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var memory = Memory.ScaledKeys;
        // The memory comes first, so that the last query still stands beside the last key.
        Tensor Before(Tensor first, Tensor tokens) => Functional.Cat([first.Expand([tokens.Size(0), -1, -1, -1]), tokens], 2);
        var widened = mask is null ? null : mask with { Keys = Open(mask.Keys, memory.Size(1)), Pairs = Open(mask.Pairs, memory.Size(1)) };
        return Function.Call(queries, Before(memory, keys), Before(Memory.ScaledValues, values), widened);
    }

    /// <summary>A mask, true also of so many keys that come before.</summary>
    private static Tensor? Open(Tensor? visible, long keys) =>
        visible is null ? null : Functional.Cat([visible.NewOnes([.. visible.Shape[..^1], keys]), visible], -1);
}
