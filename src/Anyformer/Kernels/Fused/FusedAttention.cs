using System.Numerics;
using System.Runtime.Intrinsics;
using Anyformer.Attention.Softmax;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;

namespace Anyformer.Kernels.Fused;

/// <summary>
/// Softmax attention, forward and backward, that never holds a number for every pair of tokens: memory is linear in tokens, and what is not seen is not
/// computed. The composition beside it is <c>SoftmaxAttention.Compose</c>.
/// </summary>
/// <param name="mask">What may not be seen.</param>
/// <param name="dropout">Probability of dropout on weights.</param>
/// <param name="bias">What is added to scores, broadcastable to (batch, heads, queries, keys); it gets no gradient.</param>
/// <param name="registers">Bits of the registers to use; null for the widest that this machine is fast at.</param>
internal sealed unsafe class FusedAttention(FusedMask mask, double dropout = 0, Tensor? bias = null, int? registers = null) : DifferentiableFunction
{
    private const int WidestHead = 256;

    private readonly CounterRandom _random = dropout > 0 ? CounterRandom.Draw() : default;

    /// <summary>True for what the kernel takes.</summary>
    internal static bool Takes(Tensor queries, Tensor keys, Tensor values) =>
        queries.Device.Type == DeviceType.Cpu && queries.DType is DType.Float32 or DType.Float64
        && keys.DType == queries.DType && values.DType == queries.DType && queries.Dimensions == 4
        && queries.Size(3) <= WidestHead && values.Size(3) <= WidestHead && queries.ElementCount > 0 && keys.ElementCount > 0
        && Rows<float>.Takes(queries) && Rows<float>.Takes(keys) && Rows<float>.Takes(values);

    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (queries, keys, values) = (inputs[0], inputs[1], inputs[2]);
        var sizes = FusedSizes.Of(queries, keys, values);
        var context = JoinedHeads.Empty(queries, values.Size(3));
        var logarithms = Functional.Empty([sizes.Pairs, sizes.PaddedQueries], queries.DType);
        var rules = new Rules(mask, bias);
        if (queries.DType == DType.Float32)
            Attend<float>(sizes, rules, queries, keys, values, context, logarithms);
        else
            Attend<double>(sizes, rules, queries, keys, values, context, logarithms);
        SaveForBackward([queries, keys, values, context, logarithms, .. rules.Tensors]);
        return [context];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        if (gradients[0] is not { } given)
            return [null, null, null];
        var (queries, keys, values) = (Saved(0), Saved(1), Saved(2));
        var rules = SavedRules();
        if (Autograd.IsRecording)
            return ComposedBackward(rules, queries, keys, values, given);
        var sizes = FusedSizes.Of(queries, keys, values);
        var gradient = Rows<float>.Takes(given) ? given : given.Contiguous();
        // The gradients of queries are summed up part by part, each by one thread: the same number of threads gives the same bits.
        var parts = Math.Clamp(4 * TorchRuntime.Threads / sizes.Pairs, 1, sizes.KeyBlocks);
        Tensor[] results =
        [
            parts == 1 ? JoinedHeads.Empty(queries, sizes.Width) : Functional.Empty([sizes.Pairs, parts, sizes.Queries, sizes.Width], queries.DType),
            JoinedHeads.Empty(keys, sizes.Width),
            JoinedHeads.Empty(values, sizes.ValueWidth),
        ];
        var products = (gradient * Saved(3)).Sum([-1]).Flatten(0, 1).ConstantPadNd([0, sizes.PaddedQueries - sizes.Queries]);
        if (queries.DType == DType.Float32)
            Differentiate<float>(sizes, rules, [queries, keys, values], gradient, products, results, parts);
        else
            Differentiate<double>(sizes, rules, [queries, keys, values], gradient, products, results, parts);
        if (parts > 1)
            results[0] = results[0].Sum([1]).View([sizes.Samples, sizes.Heads, sizes.Queries, sizes.Width]);
        return results;
    }

    private void Attend<T>(FusedSizes sizes, Rules rules, Tensor queries, Tensor keys, Tensor values, Tensor context, Tensor logarithms)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Forward<T>(sizes, rules).Run(InputsOf<T>([queries, keys, values]), new Rows<T>(context), (T*)logarithms.DataPointer);

    private void Differentiate<T>(FusedSizes sizes, Rules rules, Tensor[] inputs, Tensor given, Tensor products, Tensor[] results, int parts)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Backward<T>(sizes, rules).Run(
            InputsOf<T>(inputs), new Rows<T>(given), (T*)Saved(4).DataPointer, (T*)products.DataPointer, InputsOf<T>(results), parts);

    private IFusedForward<T> Forward<T>(FusedSizes sizes, Rules rules) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (plan, scores, kept) = (Plan(sizes), new BlockScores<T>(rules.Mask, rules.Bias, sizes.Scores), new FusedDropout<T>(_random, dropout, sizes));
        return (registers ?? Registers.Widest) switch
        {
            512 => new FusedForward<T, Vector512<T>, Lanes512<T>>(sizes, plan, scores, kept),
            256 => new FusedForward<T, Vector256<T>, Lanes256<T>>(sizes, plan, scores, kept),
            _ => new FusedForward<T, Vector128<T>, Lanes128<T>>(sizes, plan, scores, kept),
        };
    }

    private IFusedBackward<T> Backward<T>(FusedSizes sizes, Rules rules) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (plan, scores, kept) = (Plan(sizes), new BlockScores<T>(rules.Mask, rules.Bias, sizes.Scores), new FusedDropout<T>(_random, dropout, sizes));
        return (registers ?? Registers.Widest) switch
        {
            512 => new FusedBackward<T, Vector512<T>, Lanes512<T>>(sizes, plan, scores, kept),
            256 => new FusedBackward<T, Vector256<T>, Lanes256<T>>(sizes, plan, scores, kept),
            _ => new FusedBackward<T, Vector128<T>, Lanes128<T>>(sizes, plan, scores, kept),
        };
    }

    private BlockPlan Plan(FusedSizes sizes) =>
        (BlockPlan?)mask.Layout ?? new DensePlan(sizes.Queries, sizes.Keys, mask.IsCausal);

    private static FusedInputs<T> InputsOf<T>(Tensor[] tensors) where T : unmanaged, IFloatingPointIeee754<T> =>
        new(new Rows<T>(tensors[0]), new Rows<T>(tensors[1]), new Rows<T>(tensors[2]));

    /// <summary>For derivatives of derivatives: the same in operators, with the same mask, differentiated by libtorch.</summary>
    private Tensor?[] ComposedBackward(Rules rules, Tensor queries, Tensor keys, Tensor values, Tensor gradient)
    {
        var scores = queries.MatMul(keys.Transpose(-2, -1)) * (1 / Math.Sqrt(queries.Size(-1)));
        if (rules.Bias is not null)
            scores += rules.Bias;
        var weights = rules.Mask.Table(queries.Size(2), keys.Size(2)) is { } visible ? MaskedSoftmax.Of(scores, visible) : scores.Softmax(-1);
        if (dropout > 0)
            weights *= _random.Kept(weights.Detach().Transpose(-2, -1).Contiguous(), dropout).Transpose(-2, -1);
        return Autograd.Grad([weights.MatMul(values)], [queries, keys, values], [gradient], createGraph: true, allowUnused: true);
    }

    /// <summary>The rules that the forward pass had; the caller's tensors may be gone since.</summary>
    private Rules SavedRules()
    {
        var next = 5;
        var keys = mask.Keys is null ? null : Saved(next++);
        var pairs = mask.Pairs is null ? null : Saved(next++);
        return new Rules(mask with { Keys = keys, Pairs = pairs }, bias is null ? null : Saved(next));
    }

    /// <summary>What applies to scores.</summary>
    private sealed record Rules(FusedMask Mask, Tensor? Bias)
    {
        /// <summary>The tensors among it, in order.</summary>
        internal IEnumerable<Tensor> Tensors => new[] { Mask.Keys, Mask.Pairs, Bias }.OfType<Tensor>();
    }
}
