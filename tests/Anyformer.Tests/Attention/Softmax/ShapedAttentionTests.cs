using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Softmax;

public sealed class ShapedAttentionTests
{
    private static readonly Gen<(int Batch, int Heads, int Tokens, int Width, bool Causal)> s_sizes =
        from batch in Gen.Choose(1, 3)
        from heads in Gen.Choose(1, 3)
        from tokens in Gen.Choose(1, 150)
        from width in Gen.Choose(1, 5)
        from causal in Gen.Elements(true, false)
        select (batch, heads, tokens, width, causal);

    [Fact]
    public void TheSumAndTheMatrixAreTheSame() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var attention = Shaped(sizes.Heads, seed: sizes.Tokens);
        var values = Tensors.Normal64(1, sizes.Batch, sizes.Tokens, sizes.Heads * sizes.Width);
        var weights = Tensors.Normal64(2, sizes.Batch, sizes.Heads, sizes.Tokens, sizes.Tokens).Softmax(-1);
        var heads = values.Unflatten(-1, [sizes.Heads, -1]).Transpose(1, 2);
        var mask = sizes.Causal ? AttentionMask.Causal : null;
        Tensors.AssertClose(attention.AsOneMatrix(weights, heads, mask), attention.AsSum(weights, heads, mask), 1e-12);
    });

    [Fact]
    public void WithQueriesOfNothingItIsTheIdentity()
    {
        using var scope = new TensorScope();
        foreach (var tokens in new[] { 1, 5, 70, 130 })
        {
            var attention = new ShapedAttention(new AttentionShape(2, 3), new ShapedAttentionOptions());
            attention.To(DType.Float64);
            var (keys, values) = (Tensors.Normal64(1, 2, 2, tokens, 3), Tensors.Normal64(2, 2, 2, tokens, 3));
            Tensors.AssertClose(values, attention.Call(keys * 0, keys, values, AttentionMask.Causal), 1e-12);
            Tensors.AssertClose(values, attention.Call(keys * 0, keys, values), 1e-12);
        }
    }

    [Fact]
    public void EveryTermHasItsGain()
    {
        using var scope = new TensorScope();
        var attention = new ShapedAttention(new AttentionShape(1, 1), new ShapedAttentionOptions { Attention = 2, Identity = 3, Centre = 5, Learned = false });
        var (nothing, values) = (Functional.Zeros([1, 1, 2, 1]), Tensor.From(new[] { 1f, 7 }, 1, 1, 2, 1));
        // The attention and the mean are 1 and 4, both.
        Tensors.AssertClose([2 * 1 + 3 * 1 - 5 * 1, 2 * 4 + 3 * 7 - 5 * 4], attention.Call(nothing, nothing, values, AttentionMask.Causal));
        Tensors.AssertClose([2 * 4 + 3 * 1 - 5 * 4, 2 * 4 + 3 * 7 - 5 * 4], attention.Call(nothing, nothing, values));
        Assert.Empty(attention.Parameters());
    }

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    public void TheLastQueriesStandBesideTheLastKeys(int tokens)
    {
        using var scope = new TensorScope();
        var attention = Shaped(2, seed: 1);
        Tensor Draw(int seed) => Tensors.Normal64(seed, 2, 2, tokens, 3);
        var all = attention.Call(Draw(1), Draw(2), Draw(3), AttentionMask.Causal);
        var last = attention.Call(Draw(1)[.., .., (tokens - 3)..], Draw(2), Draw(3), AttentionMask.Causal);
        Tensors.AssertClose(all[.., .., (tokens - 3)..], last, 1e-12);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(67)]
    public void GradientsAreSlopes(int tokens)
    {
        var attention = Shaped(2, seed: 1);
        Tensor[] heads = [.. Enumerable.Range(1, 3).Select(seed => Tensors.Normal64(seed, 1, 2, tokens, 3))];
        foreach (var tensor in heads)
            tensor.RequiresGrad = true;
        FiniteDifferences.AssertGradients([.. heads, .. attention.Parameters()],
            () => attention.Call(heads[0], heads[1], heads[2], AttentionMask.Causal).Square().Sum());
    }

    [Fact]
    public void NoScoreExceedsTheCap()
    {
        using var scope = new TensorScope();
        var capped = new ShapedAttention(new AttentionShape(1, 1), new ShapedAttentionOptions { Identity = null, Centre = null, ScoreCap = 2 });
        var (query, keys) = (Tensor.From(new[] { 100f }, 1, 1, 1, 1), Tensor.From(new[] { -1f, 1 }, 1, 1, 2, 1));
        // Scores of -100 and 100 become -2 and 2.
        Tensors.AssertClose([Math.Exp(2) / (Math.Exp(2) + Math.Exp(-2))], capped.Call(query, keys, Tensor.From(new[] { 0f, 1 }, 1, 1, 2, 1), AttentionMask.Causal));
    }

    [Fact]
    public void OtherTokensAreRefused()
    {
        using var scope = new TensorScope();
        var attention = Shaped(1, seed: 1);
        var refusal = Assert.Throws<UserException>(() => attention.Call(Tensors.Normal64(1, 1, 1, 2, 3), Tensors.Normal64(2, 1, 1, 4, 3), Tensors.Normal64(3, 1, 1, 4, 3)));
        Assert.Equal("Shaped attention works on the tokens' own values, found 2 tokens that ask and 4 that answer.", refusal.Message);
    }

    private static ShapedAttention Shaped(int heads, int seed)
    {
        var attention = new ShapedAttention(new AttentionShape(heads, 3), new ShapedAttentionOptions());
        attention.To(DType.Float64);
        using var unrecorded = Autograd.NoGrad();
        foreach (var gain in attention.Parameters())
            gain.CopyInPlace(Tensors.Normal64(seed++, heads));
        return attention;
    }
}
