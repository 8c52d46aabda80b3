using Anyformer.Attention;
using Anyformer.Attention.Patterns;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Patterns;

public sealed class SparseTransformerAttentionTests
{
    private static readonly Gen<Sizes> s_sizes =
        from batch in Gen.Choose(1, 2)
        from heads in Gen.Choose(1, 5)
        from tokens in Gen.Choose(1, 40)
        from stride in Gen.Choose(1, 12)
        from size in Gen.Choose(1, 4)
        from summaries in Gen.Choose(1, 3)
        from causal in Gen.Elements(true, false)
        from padded in Gen.Elements(true, false)
        select new Sizes(batch, heads, tokens, stride, size, summaries, causal, padded);

    [Fact]
    public void MergedItIsTheUnionOfThePatterns() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var attention = new SparseTransformerAttention(new() { Stride = sizes.Stride, Heads = HeadSharing.Merged });
        AssertIs(Near(sizes) | AttentionPattern.Strided(Stride(sizes)), attention, sizes);
    }, runs: 80);

    [Fact]
    public void SplitTheFirstHeadsAreNearAndTheOthersFar() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var attention = new SparseTransformerAttention(new() { Stride = sizes.Stride });
        var near = Enumerable.Repeat(Near(sizes), (sizes.Heads + 1) / 2);
        AssertIs(AttentionPattern.PerHead([.. near, .. Enumerable.Repeat(AttentionPattern.Strided(Stride(sizes)), sizes.Heads / 2)]), attention, sizes);
    }, runs: 80);

    [Fact]
    public void FixedItIsTheOwnBlockAndTheSummaries() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var stride = Math.Max(sizes.Stride, sizes.Size * sizes.Summaries);
        var attention = new SparseTransformerFixedAttention(new() { Stride = stride, Expressivity = sizes.Size, Summaries = sizes.Summaries });
        AssertIs(AttentionPattern.PerHead(Enumerable.Range(0, sizes.Heads).Select(head =>
        {
            var end = stride - head % sizes.Summaries * sizes.Size;
            return AttentionPattern.BlockLocal(stride) | AttentionPattern.Columns(stride, end - sizes.Size, end);
        })), attention, sizes);
    }, runs: 80);

    [Fact]
    public void SummariesThatDoNotFitAreRefused() => Assert.Equal(
        "The summaries of a block must fit into its 16 tokens, found 3 of 8 tokens.",
        Assert.Throws<UserException>(() => new SparseTransformerFixedAttention(new() { Stride = 16, Expressivity = 8, Summaries = 3 })).Message);

    private static int Stride(Sizes sizes) => Math.Min(sizes.Stride, sizes.Tokens);

    private static AttentionPattern Near(Sizes sizes) => AttentionPattern.Band(Stride(sizes) - 1, Stride(sizes) - 1);

    private static void AssertIs(AttentionPattern pattern, AttentionFunction attention, Sizes sizes)
    {
        Tensor Draw(int seed) => Tensors.Normal64(seed, sizes.Batch, sizes.Heads, sizes.Tokens, 3);
        var mask = new AttentionMask { IsCausal = sizes.Causal, Keys = sizes.Padded ? Tensors.Normal(4, sizes.Batch, sizes.Tokens) > 0 : null };
        Tensors.AssertClose(new PatternAttention(pattern, 5).Call(Draw(1), Draw(2), Draw(3), mask), attention.Call(Draw(1), Draw(2), Draw(3), mask), 1e-9);
    }

    private sealed record Sizes(int Batch, int Heads, int Tokens, int Stride, int Size, int Summaries, bool Causal, bool Padded);
}
