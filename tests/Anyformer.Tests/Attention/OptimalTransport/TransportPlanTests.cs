using Anyformer.Attention.OptimalTransport;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.OptimalTransport;

public sealed class TransportPlanTests
{
    private static readonly Gen<(int Tokens, int References, int Iterations, int Real)> s_plans =
        from tokens in Gen.Choose(1, 9)
        from references in Gen.Choose(1, 6)
        from iterations in Gen.Choose(1, 6)
        from real in Gen.Choose(1, tokens)
        select (tokens, references, iterations, real);

    [Fact]
    public void IterationsScaleRowsAndColumnsInTurn() => Property.Holds(s_plans, drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, references, iterations, real) = drawn;
        var scores = Tensors.Normal64(1, 1, 1, tokens, references);
        var numbers = scores.Numbers();
        double Kernel(int i, int j) => i < real ? Math.Exp(numbers[i * references + j] / 0.7) : 0;
        var (u, v) = (new double[tokens], Enumerable.Repeat(1.0, references).ToArray());
        for (var step = 0; step < iterations; step++)
        {
            for (var i = 0; i < real; i++)
                u[i] = (double)references / real / Enumerable.Range(0, references).Sum(j => Kernel(i, j) * v[j]);
            for (var j = 0; j < references; j++)
                v[j] = 1 / Enumerable.Range(0, tokens).Sum(i => Kernel(i, j) * u[i]);
        }

        double Share(int i, int j) => u[i] * Kernel(i, j) * v[j];
        var expected = Enumerable.Range(0, tokens * references).Select(pair => Share(pair / references, pair % references));
        var mask = Tensor.From<bool>([.. Enumerable.Range(0, tokens).Select(i => i < real)], [1, 1, tokens, 1]);
        Tensors.AssertClose([.. expected], TransportPlan.Of(scores, 0.7, iterations, mask), 1e-10);
    });

    [Fact]
    public void EnoughIterationsGiveEveryTokenTheSameShare()
    {
        using var scope = new TensorScope();
        var plan = TransportPlan.Of(Tensors.Normal64(1, 2, 3, 7, 4), epsilon: 1, iterations: 200);
        Tensors.AssertClose(Functional.Ones([2, 3, 4], DType.Float64), plan.Sum([2]), 1e-10);
        Tensors.AssertClose(Functional.Full([2, 3, 7], 4.0 / 7, DType.Float64), plan.Sum([3]), 1e-8);
    }

    [Fact]
    public void LargeScoresStayFinite()
    {
        using var scope = new TensorScope();
        var plan = TransportPlan.Of(Tensors.Normal(1, 1, 1, 5, 3) * 1000, epsilon: 0.1, iterations: 10);
        Assert.All(plan.Numbers(), share => Assert.InRange(share, 0, 1.0001));
    }

    [Fact]
    public void PositionsOfTokensAndReferencesAreSharesOfTheWhole()
    {
        using var scope = new TensorScope();
        var scores = Tensors.Normal64(1, 1, 1, 4, 2);
        double Near(double distance) => Math.Exp(-Math.Pow(distance / 0.5, 2));
        var places = PositionFilter.Places(null, scores);
        Tensors.AssertClose([Near(0), Near(0.5), Near(0.25), Near(0.25), Near(0.5), Near(0), Near(0.75), Near(0.25)],
            PositionFilter.Gaussian(places, 2, 0.5), 1e-12);
        Assert.Equal([1, 0, 1, 1, 0, 1, 0, 1], PositionFilter.Hard(places, 2, 0.3).Numbers());
        var padded = PositionFilter.Places(Tensor.From<bool>([false, true, true, false], [1, 1, 4, 1]), scores);
        Assert.Equal([0, 0, 0.5, 0.5], padded.Numbers());
        // A map of one row, two places; references in a square of two.
        Tensors.AssertClose([Near(0.5) * Near(0), Near(0.5) * Near(0.5), Near(0) * Near(0), Near(0) * Near(0.5),
            Near(0.5) * Near(0.5), Near(0.5) * Near(0), Near(0) * Near(0.5), Near(0) * Near(0)], PositionFilter.Square(1, 2, 4, 0.5, scores), 1e-12);
        Assert.Equal("References of an image must be a square number, found 5.",
            Assert.Throws<UserException>(() => PositionFilter.SideOf(5)).Message);
    }
}
