using System.Numerics;
using System.Runtime.Intrinsics;
using Anyformer.Attention.Kernels;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;

namespace Anyformer.Kernels.Causal;

/// <summary>
/// <c>[t] = q[t] · sum_(s ≤ t) k[s]^T v[s]</c> and, where they are asked for, the weights <c>q[t] · sum_(s ≤ t) k[s]</c>, for queries, keys and values
/// (batch, heads, tokens, features or width). Forward it is one walk over the tokens, and backward three; nothing but the inputs is held in between.
/// The composition beside it is <see cref="CausalComposition"/>.
/// </summary>
/// <param name="weighs">Whether there is a second result, the weights, (batch, heads, tokens, 1).</param>
/// <param name="registers">Bits of the registers to use; null for the widest that this machine is fast at.</param>
internal sealed class CausalLinear(bool weighs = false, int? registers = null) : DifferentiableFunction
{
    /// <summary>True for what the kernel takes.</summary>
    internal static bool Takes(Tensor queries, Tensor keys, Tensor values) =>
        queries.Device.Type == DeviceType.Cpu && queries.DType is DType.Float32 or DType.Float64
        && keys.DType == queries.DType && values.DType == queries.DType && queries.Dimensions == 4
        && queries.ElementCount > 0 && values.ElementCount > 0
        && Rows<float>.Takes(queries) && Rows<float>.Takes(keys) && Rows<float>.Takes(values);

    /// <inheritdoc/>
    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (queries, keys, values) = (inputs[0], inputs[1], inputs[2]);
        SaveForBackward(queries, keys, values);
        var sums = JoinedHeads.Empty(queries, values.Size(3));
        var weights = weighs ? JoinedHeads.Empty(queries, 1) : null;
        Walk(queries, keys, values, sums, weights: weights);
        return weights is null ? [sums] : [sums, weights];
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        var (queries, keys, values) = (Saved(0), Saved(1), Saved(2));
        var given = gradients[0] ?? values.ZerosLike();
        var ofWeights = weighs ? gradients[1] ?? queries.NewZeros([.. queries.Shape[..^1], 1]) : null;
        if (Autograd.IsRecording)
            return ComposedBackward(queries, keys, values, given, ofWeights);
        if (!Rows<float>.Takes(given))
            given = given.Contiguous();
        var ones = ofWeights?.NewFull([1], 1).Expand(ofWeights.Shape);
        return
        [
            NeedsGradient(0) ? Walked(queries, given, values, keys, ofWeights, ones, isOverFuture: false) : null,
            NeedsGradient(1) ? Walked(keys, values, given, queries, ones, ofWeights, isOverFuture: true) : null,
            NeedsGradient(2) ? Walked(values, keys, queries, given, null, null, isOverFuture: true) : null,
        ];
    }

    /// <summary>A product like another tensor, in which the rows of samples and tokens lie as in that.</summary>
    private Tensor Walked(
        Tensor like, Tensor queries, Tensor keys, Tensor values, Tensor? lastOfQueries, Tensor? lastOfKeys, bool isOverFuture)
    {
        var sums = JoinedHeads.Empty(like, values.Size(3));
        Walk(queries, keys, values, sums, lastOfQueries, lastOfKeys, isOverFuture: isOverFuture);
        return sums;
    }

    private void Walk(Tensor queries, Tensor keys, Tensor values, Tensor sums,
        Tensor? lastOfQueries = null, Tensor? lastOfKeys = null, Tensor? weights = null, bool isOverFuture = false)
    {
        if (queries.DType == DType.Float32)
            Walk<float>();
        else
            Walk<double>();

        void Walk<T>() where T : unmanaged, IFloatingPointIeee754<T> =>
            WalkOver(new WalkTerms<T>((int)(queries.Size(0) * queries.Size(1)), new Rows<T>(queries), new Rows<T>(keys), new Rows<T>(values), new Rows<T>(sums))
            {
                LastQueryFeature = lastOfQueries is null ? null : new Rows<T>(lastOfQueries),
                LastKeyFeature = lastOfKeys is null ? null : new Rows<T>(lastOfKeys),
                Weights = weights is null ? null : new Rows<T>(weights),
                IsOverFuture = isOverFuture,
            }).Run();
    }

    private ICausalWalk WalkOver<T>(WalkTerms<T> terms) where T : unmanaged, IFloatingPointIeee754<T> => (registers ?? Registers.Widest) switch
    {
        512 => new CausalWalk<T, Vector512<T>, Lanes512<T>>(terms),
        256 => new CausalWalk<T, Vector256<T>, Lanes256<T>>(terms),
        _ => new CausalWalk<T, Vector128<T>, Lanes128<T>>(terms),
    };

    /// <summary>For derivatives of derivatives: the same in operators, differentiated by libtorch.</summary>
    private Tensor?[] ComposedBackward(Tensor queries, Tensor keys, Tensor values, Tensor given, Tensor? ofWeights)
    {
        var (joined, counted) = ofWeights is null ? (given, values) : (Functional.Cat([given, ofWeights], -1), values.ConstantPadNd([0, 1], 1));
        return
        [
            NeedsGradient(0) ? CausalComposition.OverPast(joined, counted, keys) : null,
            NeedsGradient(1) ? CausalComposition.OverFuture(counted, joined, queries) : null,
            NeedsGradient(2) ? CausalComposition.OverFuture(keys, queries, given) : null,
        ];
    }
}
