using Anyformer.Testing;
using Anyformer.TokenReduction;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Kernels.Merging;

public sealed class TokenAverageTests
{
    private sealed record Sizes(int Batch, int Tokens, int Width, int Merged, int Protected, DType Type);

    private static readonly FsCheck.Gen<Sizes> s_sizes =
        from batch in Gen.Choose(1, 4)
        from tokens in Gen.Choose(1, 150)
        from width in Gen.Choose(1, 40)
        from merged in Gen.Choose(0, 90)
        from prefix in Gen.Choose(0, Math.Min(tokens, 3))
        from type in Gen.Elements(DType.Float32, DType.Float64)
        select new Sizes(batch, tokens, width, merged, prefix, type);

    [Fact]
    public void EqualsTheCompositionForwardAndBackward() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var match = Match(sizes.Batch, sizes.Tokens, sizes.Merged, sizes.Protected);
        var tokens = Tensors.Normal64(1, sizes.Batch, sizes.Tokens, sizes.Width).To(sizes.Type);
        var counts = (Tensors.Normal64(2, sizes.Batch, sizes.Tokens, 1).Abs() + 0.5).To(sizes.Type);
        tokens.RequiresGrad = true;
        var (merged, mergedSizes) = match.Average(tokens, counts);
        var (expected, expectedSizes) = match.ComposeAverage(tokens, counts);
        var tolerance = sizes.Type == DType.Float32 ? 1e-5 : 1e-12;
        Tensors.AssertClose(expected, merged, tolerance);
        Tensors.AssertClose(expectedSizes, mergedSizes, tolerance);
        Assert.False(mergedSizes.RequiresGrad);
        var probe = Tensors.Normal64(3, merged.Shape).To(sizes.Type);
        Tensors.AssertClose(Autograd.Grad([expected], [tokens], [probe])[0]!, Autograd.Grad([merged], [tokens], [probe])[0]!, tolerance);
    });

    [Fact]
    public void GradientsOfTokensAndSizesAreSlopesTwice()
    {
        var match = Match(2, 9, 3, 1);
        var (tokens, sizes) = (Tensors.Normal64(1, 2, 9, 3), Tensors.Normal64(2, 2, 9, 1).Abs() + 0.5);
        Tensor Both((Tensor Tokens, Tensor Sizes) result) => Functional.Cat([result.Tokens.Sin().Flatten(), (result.Sizes * 0.3).Exp().Flatten()]);
        GradientCheck.Assert(inputs => Both(match.Average(inputs[0], inputs[1])), tokens, sizes);
        GradientCheck.Assert(inputs => match.Average(inputs[0], inputs[1]).Sizes.Square(), tokens, sizes);
        GradientCheck.Assert(inputs => match.Average(inputs[0], sizes).Tokens.Sin(), tokens);
        GradientCheck.Assert(inputs => Autograd.Grad([match.Average(inputs[0], sizes).Tokens.Sin().Sum()], [inputs[0]], createGraph: true)[0]!, tokens);
        GradientCheck.Assert(
            inputs =>
            {
                var found = Autograd.Grad([Both(match.Average(inputs[0], inputs[1])).Sum()], inputs, createGraph: true);
                return Functional.Cat([found[0]!.Flatten(), found[1]!.Flatten()]);
            },
            tokens, sizes);
    }

    [Fact]
    public void TokensThatAreLeftOutHaveNoGradient()
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal(1, 2, 8, 3);
        tokens.RequiresGrad = true;
        var match = new KthMerging(new(0, 1, 0), new() { Factor = 3, Every = 1 }).MatchOf(tokens);
        match.Average(tokens, Functional.Ones([2, 8, 1])).Tokens.Sum().Backward();
        Assert.All(tokens.Grad![.., 6..].Numbers(), slope => Assert.Equal(0, slope));
        Assert.All(tokens.Grad[.., ..6].Numbers(), slope => Assert.NotEqual(0, slope));
    }

    [Fact]
    public void TokensThatDoNotLieInARowAreTakenToo()
    {
        using var scope = new TensorScope();
        var (match, tokens) = (Match(2, 7, 2, 0), Tensors.Normal64(1, 3, 7, 2).Transpose(0, 2));
        var sizes = Functional.Full([1, 1, 1], 2.0, DType.Float64).Expand([2, 7, 1]);
        Tensors.AssertClose(match.ComposeAverage(tokens, sizes).Tokens, match.Average(tokens, sizes).Tokens, 1e-12);
    }

    [Fact]
    public void AMatchOfOtherTokensIsRefused()
    {
        using var scope = new TensorScope();
        Tensor At(params long[] places) => Tensor.From(places, 1, places.Length);
        string Refusal(TokenMatch match) =>
            Assert.Throws<UserException>(() => { match.Average(Tensors.Normal(1, 1, 3, 2), Functional.Ones([1, 3, 1])); }).Message;
        Assert.Equal("A match among 3 tokens names number 3, which is not there.", Refusal(new TokenMatch(3, At(0, 1), At(3), At(0))));
        Assert.Equal("A match among 2 tokens names number -1, which is not there.", Refusal(new TokenMatch(3, At(0, 1), At(2), At(-1))));
        Assert.Equal("A match is of 2 samples of 3 tokens, found sizes [1, 3, 1] and tokens [1, 3, 2].",
            Refusal(new TokenMatch(3, At(0, 1, 0, 1).View([2, 2]), At(2, 2).View([2, 1]), At(0, 0).View([2, 1]))));
    }

    private static TokenMatch Match(int batch, int tokens, int merged, int prefix) =>
        new TokenMerging(new TokenReducerShape(0, 1, prefix), new() { Merged = merged }).MatchOf(Tensors.Normal64(7, batch, tokens, 5));
}
