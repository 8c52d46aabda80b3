using Anyformer.Inspection;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// Attention whose scores are products of features: <c>map(q) · sum_s map(k_s) v_s^T</c> over <c>map(q) · sum_s map(k_s)</c>. The sums are made once
/// for all queries or, under a causal mask, block by block; time and memory are linear in the tokens. What derives from it says which features,
/// and what the division is kept from.
/// </summary>
/// <remarks>
/// Without a causal mask values go with a column of ones, so that one product gives weighted values and weights. Half precision is summed in single precision.
/// Records <c>memory</c>, (batch, heads, features, head width + 1), the sums over all keys, when there is no causal mask.
/// </remarks>
public abstract class KernelAttention : AttentionFunction
{
    /// <summary>Attention with a feature map.</summary>
    private protected KernelAttention(FeatureMap features) => Features = features;

    private protected FeatureMap Features { get; }

    /// <summary>The name of the mechanism in messages: <c>Linear attention</c>.</summary>
    private protected abstract string Name { get; }

    /// <summary>Whether padding takes its share of the weights, with a value of zero, as some authors' code has it; otherwise it has no features.</summary>
    private protected virtual bool WeighsPadding => false;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefusePairs(Name);
        var (asking, answering) = Map(queries, keys, WeighsPadding ? mask is null ? null : mask with { Keys = null } : mask);
        if (mask?.KeyRows is { } real)
            (answering, values) = WeighsPadding ? (answering, values.MaskedFill(!real, 0)) : (answering.MaskedFill(!real, 0), values);
        var isCausal = mask is { IsCausal: true };
        var (sums, weights) = isCausal ? Causal(asking, answering, values.InFull()) : Parted(asking.MatMul(Memory(answering, Counted(values))));
        return (sums / Divisor(asking, weights, isCausal)).To(values.DType);
    }

    /// <summary>The context of new tokens after those that a memory holds, and the memory with them, for <see cref="IRecurrentAttention"/>.</summary>
    private protected (Tensor Contexts, IReadOnlyList<Tensor> State) Advance(
        Tensor queries, Tensor keys, Tensor values, IReadOnlyList<Tensor>? state)
    {
        if (!Features.IsPointwise)
            throw new UserException($"{Name} cannot go on token by token with these features: those of a key depend on the keys after it.");
        using var scope = new TensorScope();
        var (asking, answering) = Map(queries, keys, AttentionMask.Causal);
        var (sums, weights) = CausalProduct.Weighted(asking, answering, values.InFull());
        var memory = answering.Transpose(-2, -1).MatMul(Counted(values));
        if (state is not null)
        {
            var (earlier, earlierWeights) = Parted(asking.MatMul(state[0]));
            (sums, weights, memory) = (sums + earlier, weights + earlierWeights, memory + state[0]);
        }

        return (scope.Keep((sums / Divisor(asking, weights, isCausal: true)).To(values.DType)), [scope.Keep(memory)]);
    }

    /// <summary>What the weighted values are divided by: the sums of weights, (batch, heads, queries, 1), kept from zero.</summary>
    /// <param name="queries">The features of the queries, (batch, heads, queries, features).</param>
    /// <param name="weights">The sums of the weights, (batch, heads, queries, 1).</param>
    /// <param name="isCausal">Whether the sums go up to each query's own token.</param>
    private protected abstract Tensor Divisor(Tensor queries, Tensor weights, bool isCausal);

    private (Tensor Queries, Tensor Keys) Map(Tensor queries, Tensor keys, AttentionMask? mask)
    {
        var (asking, answering) = Features.Call(queries, keys, mask);
        return (asking.InFull(), answering.InFull());
    }

    private Tensor Memory(Tensor features, Tensor counted)
    {
        var memory = features.Transpose(-2, -1).MatMul(counted);
        Recorder.Record(this, "memory", memory);
        return memory;
    }

    private static (Tensor Sums, Tensor Weights) Causal(Tensor asking, Tensor features, Tensor values)
    {
        // Of fewer queries, the last stands beside the last key: the first of all see what lies before.
        var (queries, before) = (asking.Size(2), features.Size(2) - asking.Size(2));
        if (before < 0)
            throw new UserException($"Under a causal mask there must be no more queries than keys, found {queries} and {features.Size(2)}.");
        if (before == 0)
            return CausalProduct.Weighted(asking, features, values);
        var memory = features.Narrow(2, 0, before).Transpose(-2, -1).MatMul(Counted(values.Narrow(2, 0, before)));
        var (earlier, earlierWeights) = Parted(asking.MatMul(memory));
        var (sums, weights) = CausalProduct.Weighted(asking, features.Narrow(2, before, queries), values.Narrow(2, before, queries));
        return (earlier + sums, earlierWeights + weights);
    }

    /// <summary>The values with a column of ones.</summary>
    private static Tensor Counted(Tensor values) => values.InFull().ConstantPadNd([0, 1], 1);

    /// <summary>The sums of weighted values and of weights.</summary>
    private static (Tensor Sums, Tensor Weights) Parted(Tensor counted)
    {
        var width = counted.Size(-1) - 1;
        return (counted.Narrow(-1, 0, width), counted.Narrow(-1, width, 1));
    }
}
