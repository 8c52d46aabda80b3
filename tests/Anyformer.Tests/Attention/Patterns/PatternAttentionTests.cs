using Anyformer.Attention;
using Anyformer.Attention.Patterns;
using Anyformer.Attention.Softmax;
using Anyformer.Inspection;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Patterns;

public sealed class PatternAttentionTests
{
    private static readonly Gen<Sizes> s_sizes =
        from pattern in PatternExpressions.Any
        from outer in Gen.Choose(1, 3).Two()
        from tokens in Gen.Choose(1, 30)
        from width in Gen.Choose(1, 5)
        from block in Gen.Choose(1, 9)
        from causal in Gen.Elements(true, false)
        from padded in Gen.Elements(true, false)
        select new Sizes(pattern, outer.Item1, outer.Item2, tokens, width, block, causal, padded);

    [Fact]
    public void ItIsSoftmaxAttentionUnderTheDenseMask() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = sizes.Draw();
        var pairs = sizes.Pattern.DenseMask(sizes.Tokens, sizes.Heads).Unsqueeze(0);
        var expected = new SoftmaxAttention().Compose(queries, keys, values, (sizes.Mask() with { Pairs = pairs }).Table(sizes.Tokens, sizes.Tokens));
        Tensors.AssertClose(expected, new PatternAttention(sizes.Pattern, sizes.Block).Call(queries, keys, values, sizes.Mask()), 1e-9);
    }, runs: 150);

    [Fact]
    public void GradientsAreSlopes() => Property.Holds(s_sizes, sizes =>
    {
        var (queries, keys, values) = sizes.Draw();
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        var attention = new PatternAttention(sizes.Pattern, sizes.Block);
        FiniteDifferences.AssertGradients([queries, keys, values], () => attention.Call(queries, keys, values, sizes.Mask()).Square().Sum(), 1e-6);
    }, runs: 10);

    [Fact]
    public void PartsJoinToTheWhole() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = sizes.Draw();
        var near = AttentionPattern.Band(2, 2);
        AttentionPart Part(AttentionPattern pattern) =>
            new BlockSparse(new GatherPlan(PlanKey.Of(pattern, queries, Math.Min(sizes.Block, sizes.Tokens))), new(0), sizes.Mask().Keys).AttendInPart(queries, keys, values);
        var whole = new PatternAttention(near | sizes.Pattern, sizes.Block).Call(queries, keys, values, sizes.Mask() with { IsCausal = false });
        Tensors.AssertClose(whole, AttentionPart.Join(Part(near), Part(sizes.Pattern & !near)), 1e-9);
    }, runs: 40);

    [Fact]
    public void ThePatternIsOfferedForInspection()
    {
        using var scope = new TensorScope();
        using var recorder = new Recorder();
        var heads = Tensors.Normal(1, 1, 2, 6, 3);
        new PatternAttention(AttentionPattern.Band(1, 1)).Call(heads, heads, heads, AttentionMask.Causal);
        Assert.Equal((AttentionPattern.Band(1, 0)).DenseMask(6).Numbers(), Assert.Single(recorder.Named("pattern")).Numbers());
    }

    [Fact]
    public void WhatItCannotDoIsRefused()
    {
        using var scope = new TensorScope();
        var heads = Tensors.Normal(1, 1, 1, 6, 3);
        var attention = new PatternAttention(AttentionPattern.Causal);
        Assert.Equal("Attention in a fixed pattern needs as many keys as queries, found 6 and 4.",
            Assert.Throws<UserException>(() => attention.Call(heads[.., .., ..4], heads, heads)).Message);
        Assert.StartsWith("Attention in a fixed pattern makes no score for every pair",
            Assert.Throws<UserException>(() => attention.Call(heads, heads, heads, AttentionMask.OfPairs(Functional.Ones([6, 6], DType.Bool)))).Message);
    }

    private sealed record Sizes(AttentionPattern Pattern, int Batch, int Heads, int Tokens, int Width, int Block, bool Causal, bool Padded)
    {
        public (Tensor Queries, Tensor Keys, Tensor Values) Draw() =>
            (Tensors.Normal64(1, Batch, Heads, Tokens, Width), Tensors.Normal64(2, Batch, Heads, Tokens, Width), Tensors.Normal64(3, Batch, Heads, Tokens, Width));

        public AttentionMask Mask() => new() { IsCausal = Causal, Keys = Padded ? Tensors.Normal(4, Batch, Tokens) > 0 : null };
    }
}
