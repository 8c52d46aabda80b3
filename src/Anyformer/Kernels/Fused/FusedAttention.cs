using System.Numerics;
using System.Runtime.Intrinsics;
using Anyformer.Attention.Softmax;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;

namespace Anyformer.Kernels.Fused;

/// <summary>
/// Softmax attention, forward and backward, that never holds a number for every pair of tokens: memory is linear in tokens, and what is not seen is not
/// computed. Its inputs are queries, keys, values and, where scores have one, a bias: (batch or 1, heads or 1, queries, keys). The composition beside it is
/// <c>SoftmaxAttention.Compose</c>.
/// </summary>
/// <param name="mask">What may not be seen.</param>
/// <param name="dropout">Probability of dropout on weights.</param>
/// <param name="scale">What products of queries and keys are multiplied by; null for one over the root of the width.</param>
/// <param name="registers">Bits of the registers to use; null for the widest that this machine is fast at.</param>
internal sealed unsafe class FusedAttention(FusedMask mask, double dropout = 0, double? scale = null, int? registers = null) : DifferentiableFunction
{
    private const int WidestHead = 256;

    private readonly CounterRandom _random = dropout > 0 ? CounterRandom.Draw() : default;
    private int _inputs;

    /// <summary>True for what the kernel takes.</summary>
    internal static bool Takes(Tensor queries, Tensor keys, Tensor values) =>
        queries.Device.Type == DeviceType.Cpu && queries.DType is DType.Float32 or DType.Float64
        && keys.DType == queries.DType && values.DType == queries.DType && queries.Dimensions == 4
        && queries.Size(3) <= WidestHead && values.Size(3) <= WidestHead && queries.ElementCount > 0 && keys.ElementCount > 0
        && Rows<float>.Takes(queries) && Rows<float>.Takes(keys) && Rows<float>.Takes(values);

    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        _inputs = inputs.Length;
        var (queries, keys, values) = (inputs[0], inputs[1], inputs[2]);
        var sizes = FusedSizes.Of(queries, keys, values);
        var context = JoinedHeads.Empty(queries, values.Size(3));
        var logarithms = Functional.Empty([sizes.Pairs, sizes.PaddedQueries], queries.DType);
        var rules = new Rules(mask, inputs.Length > 3 ? inputs[3] : null);
        if (queries.DType == DType.Float32)
            Attend<float>(sizes, rules, inputs, context, logarithms);
        else
            Attend<double>(sizes, rules, inputs, context, logarithms);
        SaveForBackward([context, logarithms, .. inputs, .. rules.Masks]);
        return [context];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        var inputs = SavedInputs();
        if (gradients[0] is not { } given)
            return new Tensor?[inputs.Length];
        var rules = SavedRules(inputs);
        if (Autograd.IsRecording)
            return ComposedBackward(rules, inputs, given);
        var gradient = Rows<float>.Takes(given) ? given : given.Contiguous();
        return inputs[0].DType == DType.Float32 ? Differentiate<float>(rules, inputs, gradient) : Differentiate<double>(rules, inputs, gradient);
    }

    private void Attend<T>(FusedSizes sizes, Rules rules, ReadOnlySpan<Tensor> inputs, Tensor context, Tensor logarithms)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (plan, scores, kept) = (Plan(sizes), new BlockScores<T>(rules.Mask, rules.Bias, sizes.Scores), new FusedDropout<T>(_random, dropout, sizes));
        IFusedForward<T> pass = (registers ?? Registers.Widest) switch
        {
            512 => new FusedForward<T, Vector512<T>, Lanes512<T>>(sizes, plan, scores, kept, Scale(sizes)),
            256 => new FusedForward<T, Vector256<T>, Lanes256<T>>(sizes, plan, scores, kept, Scale(sizes)),
            _ => new FusedForward<T, Vector128<T>, Lanes128<T>>(sizes, plan, scores, kept, Scale(sizes)),
        };
        pass.Run(InputsOf<T>(inputs), new Rows<T>(context), (T*)logarithms.DataPointer);
    }

    private Tensor?[] Differentiate<T>(Rules rules, Tensor[] inputs, Tensor given) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (queries, keys, values) = (inputs[0], inputs[1], inputs[2]);
        var sizes = FusedSizes.Of(queries, keys, values);
        var bias = inputs.Length > 3 && NeedsGradient(3) ? inputs[3].ZerosLike() : null;
        var groups = BiasGradient<T>.Groups(bias, sizes);
        // The gradients of queries are summed up part by part, each by one thread: the same number of threads gives the same bits.
        var parts = Math.Clamp(4 * TorchRuntime.Threads / groups.Length, 1, sizes.KeyBlocks);
        Tensor[] results =
        [
            parts == 1 ? JoinedHeads.Empty(queries, sizes.Width) : Functional.Empty([sizes.Pairs, parts, sizes.Queries, sizes.Width], queries.DType),
            JoinedHeads.Empty(keys, sizes.Width),
            JoinedHeads.Empty(values, sizes.ValueWidth),
        ];
        var products = (given * Saved(0)).Sum([-1]).Flatten(0, 1).ConstantPadNd([0, sizes.PaddedQueries - sizes.Queries]);
        BackwardPass<T>(sizes, rules, bias).Run(
            InputsOf<T>(inputs), new Rows<T>(given), (T*)Saved(1).DataPointer, (T*)products.DataPointer, InputsOf<T>(results), groups, parts);
        if (parts > 1)
            results[0] = results[0].Sum([1]).View([sizes.Samples, sizes.Heads, sizes.Queries, sizes.Width]);
        return [.. results, .. inputs.Length > 3 ? new[] { bias } : []];
    }

    private IFusedBackward<T> BackwardPass<T>(FusedSizes sizes, Rules rules, Tensor? biasGradient) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (plan, scores, kept) = (Plan(sizes), new BlockScores<T>(rules.Mask, rules.Bias, sizes.Scores), new FusedDropout<T>(_random, dropout, sizes));
        var bias = biasGradient is null ? null : new BiasGradient<T>(biasGradient, sizes);
        return (registers ?? Registers.Widest) switch
        {
            512 => new FusedBackward<T, Vector512<T>, Lanes512<T>>(sizes, plan, scores, kept, Scale(sizes), bias),
            256 => new FusedBackward<T, Vector256<T>, Lanes256<T>>(sizes, plan, scores, kept, Scale(sizes), bias),
            _ => new FusedBackward<T, Vector128<T>, Lanes128<T>>(sizes, plan, scores, kept, Scale(sizes), bias),
        };
    }

    private BlockPlan Plan(FusedSizes sizes) => (BlockPlan?)mask.Layout ?? new DensePlan(sizes.Queries, sizes.Keys, mask.IsCausal);

    private double Scale(FusedSizes sizes) => scale ?? 1 / Math.Sqrt(sizes.Width);

    private static FusedInputs<T> InputsOf<T>(ReadOnlySpan<Tensor> tensors) where T : unmanaged, IFloatingPointIeee754<T> =>
        new(new Rows<T>(tensors[0]), new Rows<T>(tensors[1]), new Rows<T>(tensors[2]));

    /// <summary>For derivatives of derivatives: the same in operators, with the same mask, differentiated by libtorch.</summary>
    private Tensor?[] ComposedBackward(Rules rules, Tensor[] inputs, Tensor gradient)
    {
        var (queries, keys, values) = (inputs[0], inputs[1], inputs[2]);
        var scores = queries.MatMul(keys.Transpose(-2, -1)) * (scale ?? 1 / Math.Sqrt(queries.Size(-1)));
        if (rules.Bias is not null)
            scores += rules.Bias;
        var weights = rules.Mask.Table(queries.Size(2), keys.Size(2)) is { } visible ? MaskedSoftmax.Of(scores, visible) : scores.Softmax(-1);
        if (dropout > 0)
            weights *= _random.Kept(weights.Detach().Transpose(-2, -1).Contiguous(), dropout).Transpose(-2, -1);
        var asked = inputs.Index().Where(input => NeedsGradient(input.Index)).ToArray();
        var found = Autograd.Grad(
            [weights.MatMul(values)], [.. asked.Select(input => input.Item)], [gradient], createGraph: true, allowUnused: true);
        var results = new Tensor?[inputs.Length];
        foreach (var (input, result) in asked.Zip(found))
            results[input.Index] = result;
        return results;
    }

    private Tensor[] SavedInputs() => [.. Enumerable.Range(2, _inputs).Select(Saved)];

    /// <summary>The rules that the forward pass had; the caller's tensors may be gone since.</summary>
    private Rules SavedRules(Tensor[] inputs)
    {
        var next = 2 + inputs.Length;
        var keys = mask.Keys is null ? null : Saved(next++);
        var pairs = mask.Pairs is null ? null : Saved(next);
        return new Rules(mask with { Keys = keys, Pairs = pairs }, inputs.Length > 3 ? inputs[3] : null);
    }

    /// <summary>What applies to scores.</summary>
    private sealed record Rules(FusedMask Mask, Tensor? Bias)
    {
        /// <summary>The tensors of the mask, in order.</summary>
        internal IEnumerable<Tensor> Masks => new[] { Mask.Keys, Mask.Pairs }.OfType<Tensor>();
    }
}
