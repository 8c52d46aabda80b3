using Anyformer.Attention;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Attention.Softmax;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.HeadInteractions;

public sealed class AttentionWithLossTests
{
    [Fact]
    public void EqualHeadsDisagreeLeastAndOppositeOnesMost()
    {
        using var scope = new TensorScope();
        var head = Tensors.Normal(1, 2, 1, 4, 3);
        Assert.Equal(-1, Disagreement.OfDirections(Functional.Cat([head, head * 5], 1)).Item<float>(), 1e-5);
        Assert.Equal(0, Disagreement.OfDirections(Functional.Cat([head, head * -2], 1)).Item<float>(), 1e-5);
        // Two heads at the same key share it fully; at different keys each is like itself alone.
        Assert.Equal(-1, Disagreement.OfPositions(Tensor.From(new[] { 1f, 0, 1, 0 }, 1, 2, 1, 2)).Item<float>(), 1e-6);
        Assert.Equal(-0.5, Disagreement.OfPositions(Tensor.From(new[] { 1f, 0, 0, 1 }, 1, 2, 1, 2)).Item<float>(), 1e-6);
    }

    [Fact]
    public void DisagreementIsTheMeanOverPairs()
    {
        using var scope = new TensorScope();
        var vectors = Tensors.Normal64(1, 2, 3, 4, 5);
        var sum = 0.0;
        foreach (var (first, second) in from i in Enumerable.Range(0, 3) from j in Enumerable.Range(0, 3) select (i, j))
            sum += Functional.CosineSimilarity(vectors.Select(1, first), vectors.Select(1, second), -1).Mean().Item<double>();
        Assert.Equal(-sum / 9, Disagreement.OfDirections(vectors).Item<double>(), 1e-9);
    }

    [Fact]
    public void GuidedHeadsHaveADistanceToTheirPatterns()
    {
        using var scope = new TensorScope();
        // The first row of "previous" and the last of "next" are empty.
        var patterns = Tensor.From(new[] { 0f, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0 }, 1, 3, 3, 3);
        Assert.Equal(0, HeadGuidance.Distance(patterns, ["next", "previous", "first"]).Item<float>());
        Assert.Equal(2, HeadGuidance.Distance(patterns, ["next"], AttentionMask.Causal).Item<float>());
        Assert.Equal(4, HeadGuidance.Distance(patterns, ["previous"]).Item<float>());
    }

    [Fact]
    public void WithATermInTheLossAttentionIsTheSame()
    {
        using var scope = new TensorScope();
        var shape = new AttentionShape(2, 4);
        var (queries, keys, values) = (Tensors.Normal(1, 2, 2, 5, 4), Tensors.Normal(2, 2, 2, 5, 4), Tensors.Normal(3, 2, 2, 5, 4));
        var expected = new SoftmaxAttention().Call(queries, keys, values, AttentionMask.Causal);
        AttentionFunction[] functions =
        [
            new HeadDisagreement(shape, new HeadDisagreementOptions { Subspace = 1, Position = 2 }), new HeadGuidance(shape, new HeadGuidanceOptions()),
        ];
        foreach (var function in functions)
        {
            Tensors.AssertClose(expected, function.Call(queries, keys, values, AttentionMask.Causal));
            using var losses = new AuxiliaryLoss();
            Tensors.AssertClose(expected, function.Call(queries, keys, values, AttentionMask.Causal));
            Assert.True(Assert.Single(losses.Terms).Item<float>() > 0);
        }
    }

    [Fact]
    public void PaddingIsInNoTerm()
    {
        using var scope = new TensorScope();
        var shape = new AttentionShape(2, 4);
        var real = Functional.Ones([2, 5], DType.Bool);
        real[1, 3..] = Tensor.From(false);
        AttentionFunction[] functions =
        [
            new HeadDisagreement(shape, new HeadDisagreementOptions { Subspace = 1, Position = 2 }), new HeadGuidance(shape, new HeadGuidanceOptions()),
        ];
        foreach (var function in functions)
        {
            float Term(int seed)
            {
                using var losses = new AuxiliaryLoss();
                Tensor Draw(int part) => Functional.Where(real.View([2, 1, 5, 1]), Tensors.Normal(part, 2, 2, 5, 4), Tensors.Normal(part + seed, 2, 2, 5, 4));
                function.Call(Draw(1), Draw(2), Draw(3), AttentionMask.OfTokens(real));
                return losses.Terms.Single().Item<float>();
            }

            Assert.Equal(Term(10), Term(20), 1e-5);
        }
    }

    [Fact]
    public void PatternsAreKnownAndNotMoreThanHeads()
    {
        static string Refused(params IEnumerable<string> patterns) => Assert.Throws<UserException>(() =>
            new HeadGuidance(new AttentionShape(1, 4), new HeadGuidanceOptions { Patterns = [.. patterns] })).Message;
        Assert.Equal("Heads are guided to one of next, previous, first; found 'last'.", Refused("last"));
        Assert.Equal("There is at most one pattern for each of 1 heads, found 2.", Refused("next", "first"));
    }
}
