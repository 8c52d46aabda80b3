using System.Numerics;
using Anyformer.Attention.Softmax;
using Anyformer.Torch;

namespace Anyformer.Kernels;

/// <summary>
/// Softmax attention for few tokens, forward and backward in one pass each over every (batch, head) pair, without the copies and the many tiny
/// matrix products that the composition of operators makes of it. The composition beside it is <c>SoftmaxAttention.Compose</c>.
/// </summary>
internal sealed class ShortAttention(double dropout, Tensor? mask) : DifferentiableFunction
{
    /// <summary>Scores of a (batch, head) pair up to which samples are short.</summary>
    internal const int MostScores = 48 * 48;

    private readonly CounterRandom _random = dropout > 0 ? CounterRandom.Draw() : default;

    /// <summary>True for what the kernel takes and is faster at.</summary>
    internal static bool Takes(Tensor queries, Tensor keys, Tensor values) =>
        queries.Device.Type == DeviceType.Cpu && queries.DType is DType.Float32 or DType.Float64
        && keys.DType == queries.DType && values.DType == queries.DType
        && queries.Dimensions == 4 && queries.Size(2) * keys.Size(2) <= MostScores && queries.Size(0) * queries.Size(1) < int.MaxValue / MostScores
        && Rows<float>.Takes(queries) && Rows<float>.Takes(keys) && Rows<float>.Takes(values);

    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (queries, keys, values) = (inputs[0], inputs[1], inputs[2]);
        var weights = Functional.Empty([queries.Size(0), queries.Size(1), queries.Size(2), keys.Size(2)], queries.DType);
        var context = JoinedHeads.Empty(queries, values.Size(3));
        if (queries.DType == DType.Float32)
            Attend<float>(queries, keys, values, weights, context);
        else
            Attend<double>(queries, keys, values, weights, context);
        SaveForBackward(mask is null ? [queries, keys, values, weights] : [queries, keys, values, weights, mask]);
        return [context];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        if (gradients[0] is not { } given)
            return [null, null, null];
        var (queries, keys, values, weights) = (Saved(0), Saved(1), Saved(2), Saved(3));
        if (Autograd.IsRecording)
            return ComposedBackward(queries, keys, values, given);
        var gradient = Rows<float>.Takes(given) ? given : given.Contiguous();
        Tensor[] results = [JoinedHeads.Empty(queries, queries.Size(3)), JoinedHeads.Empty(keys, keys.Size(3)), JoinedHeads.Empty(values, values.Size(3))];
        if (queries.DType == DType.Float32)
            Differentiate<float>(queries, keys, values, weights, gradient, results);
        else
            Differentiate<double>(queries, keys, values, weights, gradient, results);
        return results;
    }

    private void Attend<T>(Tensor queries, Tensor keys, Tensor values, Tensor weights, Tensor context) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var pass = Pass<T>(queries, keys, values, weights, Expanded(weights));
        var rows = new Rows<T>(context);
        TorchParallel.For(Pairs(queries), 8, (begin, end) =>
        {
            for (var pair = begin; pair < end; pair++)
                pass.Forward(pair, rows);
        });
    }

    private void Differentiate<T>(Tensor queries, Tensor keys, Tensor values, Tensor weights, Tensor gradient, Tensor[] results)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var pass = Pass<T>(queries, keys, values, weights, null);
        var (given, queryRows, keyRows, valueRows) = (new Rows<T>(gradient), new Rows<T>(results[0]), new Rows<T>(results[1]), new Rows<T>(results[2]));
        TorchParallel.For(Pairs(queries), 8, (begin, end) =>
        {
            for (var pair = begin; pair < end; pair++)
                pass.Backward(pair, given, queryRows, keyRows, valueRows);
        });
    }

    /// <summary>For derivatives of derivatives: the same in operators, with the same mask, differentiated by libtorch.</summary>
    private Tensor?[] ComposedBackward(Tensor queries, Tensor keys, Tensor values, Tensor gradient)
    {
        var scores = queries.MatMul(keys.Transpose(-2, -1)) * (1 / Math.Sqrt(queries.Size(-1)));
        // The caller's mask may be gone since.
        var weights = mask is null ? scores.Softmax(-1) : MaskedSoftmax.Of(scores, Saved(4));
        if (dropout > 0)
            weights *= _random.Kept(weights.Detach(), dropout);
        return Autograd.Grad([weights.MatMul(values)], [queries, keys, values], [gradient], createGraph: true, allowUnused: true);
    }

    private IAttentionPass<T> Pass<T>(Tensor queries, Tensor keys, Tensor values, Tensor weights, Tensor? sees) where T : unmanaged, IFloatingPointIeee754<T> =>
        NarrowAttentionPass<T>.Takes(queries, keys, values)
            ? new NarrowAttentionPass<T>(queries, keys, values, weights, sees, _random, dropout)
            : new ShortAttentionPass<T>(queries, keys, values, weights, sees, _random, dropout);

    private Tensor? Expanded(Tensor weights) => mask?.Expand(weights.Shape).Contiguous();

    private static long Pairs(Tensor queries) => queries.Size(0) * queries.Size(1);
}
