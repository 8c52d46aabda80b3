using Anyformer.Attention;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Attention.Priors;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.Priors;

/// <summary>Priors on scores, and what holds for every score modifier of the catalog.</summary>
public sealed class ScorePriorsTests
{
    public static TheoryData<string> Ids => [.. MethodCatalog.OfRole<ScoreModifier>().Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void GradientsAreSlopes(string id)
    {
        // The default limit is so steep that finite differences are not exact.
        var part = id == "adaptive-span" ? Part<ScoreModifier>.Of(id, new AdaptiveSpanOptions { Limit = 8, Ramp = 3 }) : Part<ScoreModifier>.Of(id);
        var modifier = part.Build(new AttentionShape(2, 4));
        var mask = modifier.SeesAllKeys ? null : AttentionMask.Causal;
        var attention = new ModifiedAttention([modifier]);
        attention.To(DType.Float64);
        attention.Eval();
        // Spans begin at a corner, where no slope is the gradient.
        using (Autograd.NoGrad())
            foreach (var parameter in attention.Parameters())
                parameter.AddInPlace(0.0013);
        Tensor[] inputs = [Tensors.Normal64(1, 1, 2, 5, 4), Tensors.Normal64(2, 1, 2, 5, 4), Tensors.Normal64(3, 1, 2, 5, 4)];
        foreach (var input in inputs)
            input.RequiresGrad = true;
        FiniteDifferences.AssertGradients(
            [.. inputs, .. attention.Parameters()], () => attention.Call(inputs[0], inputs[1], inputs[2], mask).Square().Sum());
    }

    [Fact]
    public void WhatSeesAllKeysHasNoCausalForm()
    {
        var attention = new ModifiedAttention([new LayerLocalGaussian(new AttentionShape(1, 2))]);
        var tokens = Tensors.Normal(1, 1, 1, 3, 2);
        Assert.Equal("LayerLocalGaussian changes scores by what it sees of all keys, later ones too, so it has no causal form.",
            Assert.Throws<UserException>(() => attention.Call(tokens, tokens, tokens, AttentionMask.Causal)).Message);
    }

    [Fact]
    public void TheGaussianPriorFallsWithTheSquareOfTheDistance()
    {
        using var scope = new TensorScope();
        var modifier = new GaussianPrior(new AttentionShape(1, 2));
        var scores = modifier.CallScores(Functional.Zeros([1, 1, 2, 4]), Tensors.Normal(1, 1, 1, 2, 2), Tensors.Normal(2, 1, 1, 4, 2));
        // The last of two queries stands beside the last of four keys.
        Tensors.AssertClose([-0.35, -0.05, -0.05, -0.05, -0.85, -0.35, -0.05, -0.05], scores);
    }

    [Fact]
    public void ABellHasItsCenterWhereTheQuerySays()
    {
        using var scope = new TensorScope();
        using var recorder = new Recorder();
        using var noGrad = Autograd.NoGrad();
        var modifier = new FixedLocalGaussian(new AttentionShape(2, 3), new FixedLocalGaussianOptions { Window = 4 });
        modifier.StateDict()["center_output"].FillInPlace(0);
        var scores = modifier.CallScores(Functional.Zeros([1, 2, 1, 6]), Tensors.Normal(1, 1, 2, 1, 3), Tensors.Normal(2, 1, 2, 6, 3));
        // Half of six keys: the centre is 3.
        Tensors.AssertClose([3, 3], recorder.Named("center").Single());
        Tensors.AssertClose([-1.125, -0.5, -0.125, 0, -0.125, -0.5], scores[0, 0]);
    }

    [Fact]
    public void EveryHeadHasItsKindOfPrior()
    {
        using var scope = new TensorScope();
        using var recorder = new Recorder();
        using var noGrad = Autograd.NoGrad();
        var shape = new AttentionShape(3, 2);
        var function = new LocalAndDistantAttention(shape, new LocalAndDistantAttentionOptions { Window = 2 });
        function.StateDict()["center_output.weight"].FillInPlace(0);
        function.StateDict()["center_output.bias"].FillInPlace(0);
        var real = Functional.Ones([1, 5], DType.Bool);
        real[0, 4..] = Tensor.From(false);
        // Without content only the priors are left.
        function.Call(Functional.Zeros([1, 3, 5, 2]), Functional.Zeros([1, 3, 5, 2]), Tensors.Normal(1, 1, 3, 5, 2), AttentionMask.OfKeys(real));
        var weights = recorder.Named("weights").Single();
        Tensors.AssertClose([0.25, 0.25, 0.25, 0.25, 0], weights[0, 0, 2]);
        // The centre of four keys is 1.5.
        var bell = Enumerable.Range(0, 4).Select(key => Math.Exp(-2 * Math.Pow((1.5 - key) / 2, 2))).ToArray();
        Tensors.AssertClose([.. bell.Select(value => value / bell.Sum()), 0], weights[0, 1, 2]);
        var far = Enumerable.Range(0, 4).Select(key => Math.Exp(1 - Math.Exp(-2 * Math.Pow((2 - key) / 2.0, 2)))).ToArray();
        Tensors.AssertClose([.. far.Select(value => value / far.Sum()), 0], weights[0, 2, 2]);
    }

    [Fact]
    public void NoMoreHeadsAreLocalOrDistantThanThereAre() => Assert.Equal(
        "Of 1 heads 1 cannot be local and 1 distant.",
        Assert.Throws<UserException>(() => new LocalAndDistantAttention(new AttentionShape(1, 2), new LocalAndDistantAttentionOptions())).Message);
}
