using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention;

public sealed class PositionedAttentionTests
{
    private readonly PositionedAttention _attention = new(
        new SoftmaxAttention(), new InterleavedRotaryPositions(new PositionShape(5, 4, 4), new RotaryPositionsOptions()));

    [Fact]
    public void PairsOfNeighboursTurnAsComplexNumbers()
    {
        using var scope = new TensorScope();
        var (queries, keys) = (Tensors.Normal64(1, 1, 1, 5, 4), Tensors.Normal64(2, 1, 1, 5, 4));
        var values = Functional.Eye(5, dtype: DType.Float64).View([1, 1, 5, 5]);
        var weights = _attention.Call(queries, keys, values).Numbers();
        var (q, k) = (queries.Numbers(), keys.Numbers());
        System.Numerics.Complex Turned(double[] x, int token, int pair) =>
            new System.Numerics.Complex(x[token * 4 + 2 * pair], x[token * 4 + 2 * pair + 1])
            * System.Numerics.Complex.FromPolarCoordinates(1, token * Math.Pow(10000, -pair / 2.0));
        double Score(int i, int j) => Math.Exp(Enumerable.Range(0, 2).Sum(
            pair => (Turned(q, i, pair) * System.Numerics.Complex.Conjugate(Turned(k, j, pair))).Real) / 2);
        for (var i = 0; i < 5; i++)
            for (var j = 0; j < 5; j++)
                Assert.Equal(Score(i, j) / Enumerable.Range(0, 5).Sum(key => Score(i, key)), weights[i * 5 + j], 1e-6);
    }

    [Fact]
    public void TheLastQueryStandsBesideTheLastKey()
    {
        using var scope = new TensorScope();
        var (queries, keys) = (Tensors.Normal64(1, 1, 2, 7, 4), Tensors.Normal64(2, 1, 2, 7, 4));
        Tensors.AssertClose(
            _attention.Call(queries, keys, keys, AttentionMask.Causal)[.., .., 4..], _attention.Call(queries[.., .., 4..], keys, keys, AttentionMask.Causal), 1e-12);
    }
}
