using Anyformer.Attention.HeadInteractions;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.HeadInteractions;

public sealed class HeadRoutingTests
{
    public static TheoryData<bool> Kinds => [true, false];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryHeadSharesOutOneVote(bool isSimple)
    {
        using var scope = new TensorScope();
        var (tokens, coupling) = Build(isSimple, iterations: 3).Call(Tensors.Normal(1, 2, 4, 3, 5));
        Assert.Equal([2L, 4, 7], tokens.Shape);
        Tensors.AssertClose(Functional.Ones([2, 4, 3]), coupling.Sum([-1]));
    }

    [Fact]
    public void OneRoundOfSimpleRoutingIsTheSquashedMeanOfVotes()
    {
        using var scope = new TensorScope();
        var routing = Build(isSimple: true, iterations: 1);
        var heads = Tensors.Normal(1, 1, 1, 3, 5);
        var state = routing.StateDict();
        var sums = Functional.Einsum("hd,hmde->me", [heads[0, 0], state["votes"]]) / 4;
        var squares = sums.Square().Sum([-1], keepdim: true);
        var capsules = sums / squares.Sqrt() * squares / (squares + 1);
        var expected = Functional.Linear(capsules.Flatten(), state["output_projection.weight"], state["output_projection.bias"]);
        Tensors.AssertClose(expected, routing.Call(heads).Tokens[0, 0]);
    }

    [Fact]
    public void HeadsFollowTheCapsuleOnWhichTheyAgree()
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        foreach (var isSimple in new[] { true, false })
        {
            var routing = Build(isSimple, iterations: 6);
            // Of the other capsules two heads say the opposite and one nothing; of the second all say the same.
            var vote = Tensors.Normal(5, 4, 5, 2);
            var votes = Functional.Stack([vote, vote * -1, vote * 0]);
            votes[.., 1] = vote[1].Expand([3, 5, 2]);
            routing.StateDict()["votes"].CopyInPlace(votes);
            var coupling = routing.Call(Tensors.Normal(1, 1, 1, 1, 5).Expand([1, 1, 3, 5])).Coupling;
            Assert.True(coupling[0, 0, 0, 1].Item<float>() > 0.9, $"the share is {coupling[0, 0, 0, 1].Item<float>()}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void GradientsGoThroughEveryRound(bool isSimple)
    {
        var routing = Build(isSimple, iterations: 3);
        routing.To(DType.Float64);
        var heads = Tensors.Normal64(2, 1, 2, 3, 5);
        heads.RequiresGrad = true;
        FiniteDifferences.AssertGradients([heads, .. routing.Parameters()], () => routing.Call(heads).Tokens.Square().Sum());
    }

    private static HeadRouting Build(bool isSimple, int iterations) =>
        isSimple ? new SimpleRouting(3, 5, 4, 2, 7, iterations) : new EmRouting(3, 5, 4, 2, 7, iterations);
}
