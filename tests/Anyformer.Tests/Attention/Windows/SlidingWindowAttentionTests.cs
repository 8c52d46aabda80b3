using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Attention.Windows;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Windows;

public sealed class SlidingWindowAttentionTests
{
    private const int Width = 4;

    private static readonly Gen<(int Tokens, int Side, int[] Dilations, bool IsCausal)> s_cases =
        from tokens in Gen.Choose(1, 80)
        from side in Gen.Choose(1, 20)
        from heads in Gen.Choose(1, 4)
        from dilations in Gen.Choose(1, 3).ArrayOf(heads)
        from isCausal in Gen.Elements(true, false)
        select (tokens, side, dilations, isCausal);

    [Fact]
    public void ItIsSoftmaxAttentionInsideTheWindow() => Property.Holds(s_cases, drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, side, dilations, isCausal) = drawn;
        var (queries, keys, values) = Draw(dilations.Length, tokens);
        var real = Tensors.Normal64(4, 2, tokens) > -1;
        var mask = new AttentionMask { IsCausal = isCausal, Keys = real, Queries = real };
        var expected = new SoftmaxAttention().Call(queries, keys, values, mask with { Pairs = Windows(tokens, side, dilations) });
        var contexts = Attention(side, dilations).Call(queries, keys, values, mask);
        // Also of queries that see nothing, which get zeros.
        Tensors.AssertClose(expected, contexts, 1e-9);
    }, runs: 40);

    [Fact]
    public void StepsAreTheCausalForm() => Property.Holds(s_cases, drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, side, dilations, _) = drawn;
        var attention = Attention(side, dilations);
        var (queries, keys, values) = Draw(dilations.Length, tokens);
        IReadOnlyList<Tensor> state = [];
        var contexts = new List<Tensor>();
        for (var begin = 0; begin < tokens;)
        {
            // Steps of one, two and three tokens in turn.
            var end = Math.Min(tokens, begin + 1 + contexts.Count % 3);
            (var context, state) = attention.Step(queries[.., .., begin..end], keys[.., .., begin..end], values[.., .., begin..end], begin == 0 ? null : state);
            contexts.Add(context);
            Assert.True(state[0].Size(2) <= side * dilations.Max());
            begin = end;
        }

        Tensors.AssertClose(attention.Call(queries, keys, values, AttentionMask.Causal), Functional.Cat([.. contexts], 2), 1e-9);
    }, runs: 10);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void GradientsAreSlopes(bool isCausal)
    {
        var attention = Attention(2, [1, 2]);
        var (queries, keys, values) = Draw(2, 11);
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        FiniteDifferences.AssertGradients([queries, keys, values],
            () => attention.Call(queries, keys, values, isCausal ? AttentionMask.Causal : null).Square().Sum());
    }

    [Fact]
    public void AnOddWindowIsRefused() => Assert.Equal(
        "A sliding window has as many tokens on each side, so its size must be even and at least 2, found 5.",
        Refusal(() => new SlidingWindowAttention(new AttentionShape(2, Width), new SlidingWindowAttentionOptions { Window = 5 })));

    [Fact]
    public void DilationsMustBeThoseOfTheHeads() => Assert.Equal(
        "A sliding window takes one dilation of at least 1, or one for each of the 3 heads, found [1, 2].", Refusal(() => Attention(2, [1, 2], heads: 3)));

    [Fact]
    public void TokensOfAnotherPlaceAreRefused()
    {
        using var scope = new TensorScope();
        var (many, few) = (Tensors.Normal(1, 1, 1, 5, Width), Tensors.Normal(1, 1, 1, 3, Width));
        Assert.Equal("Sliding-window attention is attention of tokens to those around them, so it needs as many keys as queries, found 5 and 3.",
            Refusal(() => Attention(2, [1]).Call(few, many, many)));
        Assert.StartsWith("Sliding-window attention makes no score for every pair of tokens",
            Refusal(() => Attention(2, [1]).Call(few, few, few, AttentionMask.OfPairs(Functional.Ones([3, 3], DType.Bool)))));
    }

    private static SlidingWindowAttention Attention(int side, int[] dilations, int? heads = null) => new(
        new AttentionShape(heads ?? dilations.Length, Width), new SlidingWindowAttentionOptions { Window = 2 * side, Dilations = new(dilations) });

    private static (Tensor Queries, Tensor Keys, Tensor Values) Draw(int heads, int tokens) =>
        (Tensors.Normal64(1, 2, heads, tokens, Width), Tensors.Normal64(2, 2, heads, tokens, Width), Tensors.Normal64(3, 2, heads, tokens, Width));

    /// <summary>True at the keys in a query's window, (1, heads, tokens, tokens).</summary>
    private static Tensor Windows(int tokens, int side, int[] dilations)
    {
        var distance = Functional.Arange(tokens) - Functional.Arange(tokens).Unsqueeze(-1);
        var tables = dilations.Select(dilation => (distance.Abs() <= side * dilation).LogicalAnd(distance.Remainder(dilation).Eq(0)));
        return Functional.Stack([.. tables]).Unsqueeze(0);
    }

    private static string Refusal(Action action) => Assert.Throws<UserException>(action).Message;
}
