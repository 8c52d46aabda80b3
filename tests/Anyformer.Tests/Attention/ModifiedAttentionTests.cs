using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Inspection;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention;

public sealed class ModifiedAttentionTests
{
    [Fact]
    public void WithoutModifiersItIsSoftmaxAttention()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = Draw();
        Tensors.AssertClose(
            new SoftmaxAttention().Call(queries, keys, values, AttentionMask.Causal),
            new ModifiedAttention([]).Call(queries, keys, values, AttentionMask.Causal), 1e-12);
    }

    [Fact]
    public void ModifiersChangeScoresBeforeAndWeightsAfterTheSoftmaxInOrder()
    {
        using var scope = new TensorScope();
        using var recorder = new Recorder();
        var (queries, keys, values) = Draw();
        var context = new ModifiedAttention([new Affine(2, 0), new Affine(1, 3)], scale: 0.5).Call(queries, keys, values);
        var weights = (queries.MatMul(keys.Transpose(-2, -1)) * 0.5 * 2).Softmax(-1);
        Tensors.AssertClose(weights, Assert.Single(recorder.Named("weights")), 1e-12);
        Tensors.AssertClose((weights + 3).MatMul(values), context, 1e-12);
    }

    [Fact]
    public void WhatIsMaskedAfterAModifierStaysHidden()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = Draw();
        var hidden = Functional.Ones([1, 5], DType.Bool);
        hidden[0, 3..] = Tensor.From(false);
        Tensor Call() => new ModifiedAttention([new Affine(-1, 0)]).Call(queries, keys, values, AttentionMask.OfKeys(hidden));
        var before = Call();
        keys[.., .., 3..] = Tensor.From(100.0);
        values[.., .., 3..] = Tensor.From(100.0);
        Tensors.AssertSame(before, Call());
    }

    private static (Tensor Queries, Tensor Keys, Tensor Values) Draw() =>
        (Tensors.Normal64(1, 1, 2, 5, 3), Tensors.Normal64(2, 1, 2, 5, 3), Tensors.Normal64(3, 1, 2, 5, 3));

    private sealed class Affine(double scale, double shift) : ScoreModifier
    {
        private readonly double _scale = scale;
        private readonly double _shift = shift;

        protected override Tensor ModifyScores(Tensor scores, Tensor queries, Tensor keys) => scores * _scale;

        protected override Tensor ModifyWeights(Tensor weights) => weights + _shift;
    }
}
