using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention;

public sealed class MultiHeadAttentionTests
{
    [Fact]
    public void EachHeadAttendsInItsOwnPartOfTheWidth() => Property.Holds(Gen.Choose(1, 5).Four(), drawn =>
    {
        using var scope = new TensorScope();
        var (batch, tokens, heads, headWidth) = drawn;
        var width = heads * headWidth;
        var attention = new MultiHeadAttention(width, heads, new SoftmaxAttention());
        var (input, context) = (Tensors.Normal(1, batch, tokens, width), Tensors.Normal(2, batch, tokens + 2, width));
        var mask = Functional.Ones([tokens, tokens + 2], DType.Bool).Tril(1);
        var state = attention.StateDict();
        Tensor Project(string name, Tensor x) => x.MatMul(state[$"{name}_projection.weight"].T()) + state[$"{name}_projection.bias"];

        var (queries, keys, values) = (Project("query", input), Project("key", context), Project("value", context));
        var contexts = Enumerable.Range(0, heads).Select(head =>
        {
            TensorIndex part = (head * headWidth)..((head + 1) * headWidth);
            var scores = queries[.., .., part].MatMul(keys[.., .., part].Transpose(1, 2)) / Math.Sqrt(headWidth);
            return scores.MaskedFill(!mask, double.NegativeInfinity).Softmax(-1).MatMul(values[.., .., part]);
        });
        Tensors.AssertClose(Project("output", Functional.Cat([.. contexts], 2)), attention.Call(input, context, AttentionMask.OfPairs(mask)));
    }, runs: 25);

    [Fact]
    public void TokensOfAnotherWidthMayAnswerAndProjectionsGoWithoutBiases()
    {
        using var scope = new TensorScope();
        var attention = new MultiHeadAttention(new TokenMixerShape(0, 6, 2, InnerWidth: 8), new SoftmaxAttention(), inputBias: false, contextWidth: 5);
        Assert.Equal(6 * 8 + 2 * 5 * 8 + 8 * 6 + 6, attention.ParameterCount());
        var (tokens, context) = (Tensors.Normal(1, 2, 3, 6), Tensors.Normal(2, 2, 7, 5));
        var state = attention.StateDict();
        Tensor[] Project(string name, Tensor x) => x.MatMul(state[$"{name}_projection.weight"].T()).Chunk(2, -1);
        var contexts = Project("query", tokens).Zip(Project("key", context), Project("value", context)).Select(head =>
            (head.First.MatMul(head.Second.Transpose(1, 2)) / 2).Softmax(-1).MatMul(head.Third));
        var expected = Functional.Cat([.. contexts], 2).MatMul(state["output_projection.weight"].T()) + state["output_projection.bias"];
        Tensors.AssertClose(expected, attention.Call(tokens, context, null));
    }

    [Fact]
    public void SelfAttentionIsCrossAttentionToItself()
    {
        using var scope = new TensorScope();
        var attention = new MultiHeadAttention(6, 3, new SoftmaxAttention());
        var tokens = Tensors.Normal(1, 2, 4, 6);
        var output = attention.Call(tokens);
        Assert.Equal(tokens.Shape, output.Shape);
        Tensors.AssertSame(output, attention.Call(tokens, tokens, mask: null));
    }

    [Fact]
    public void TheOrderOfKeysDoesNotMatter()
    {
        using var scope = new TensorScope();
        var attention = new MultiHeadAttention(6, 2, new SoftmaxAttention());
        var (tokens, context) = (Tensors.Normal(1, 2, 3, 6), Tensors.Normal(2, 2, 5, 6));
        Tensors.AssertClose(attention.Call(tokens, context, null), attention.Call(tokens, context.Flip([1]), null), 1e-6);
    }

    [Fact]
    public void TokensThatDoNotLieInARowAreTakenToo()
    {
        using var scope = new TensorScope();
        var attention = new MultiHeadAttention(4, 2, new SoftmaxAttention());
        var tokens = Tensors.Normal(1, 3, 4, 5).Transpose(1, 2);
        Tensors.AssertClose(attention.Call(tokens.Contiguous()), attention.Call(tokens), 1e-6);
    }

    [Fact]
    public void FewSamplesMayAskAgainAndAgain()
    {
        using var scope = new TensorScope();
        var attention = new MultiHeadAttention(6, 2, new SoftmaxAttention());
        var (tokens, context) = (Tensors.Normal(1, 2, 3, 6), Tensors.Normal(2, 6, 5, 6));
        Tensors.AssertClose(attention.Call(Functional.Cat([tokens, tokens, tokens]), context, null), attention.Call(tokens, context, null), 1e-6);
        Assert.Equal("The samples of a context must be a multiple of those that ask, found 5 and 2.",
            Assert.Throws<UserException>(() => attention.Call(tokens, context[..5], null)).Message);
    }

    [Fact]
    public void AttentionOnAttentionIsOneAfterTheOther()
    {
        using var scope = new TensorScope();
        var (first, second) = (new MultiHeadAttention(6, 2, new SoftmaxAttention()), new MultiHeadAttention(6, 3, new SoftmaxAttention()));
        var (tokens, asking, context) = (Tensors.Normal(1, 4, 3, 6), Tensors.Normal(2, 2, 5, 6), Tensors.Normal(3, 4, 7, 6));
        Tensors.AssertClose(second.Call(tokens, first.Call(asking, context, null), null), second.CallOn(tokens, first, asking, context), 1e-5);
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var attention = new MultiHeadAttention(4, 2, new SoftmaxAttention());
        attention.To(DType.Float64);
        var (tokens, context) = (Tensors.Normal64(1, 2, 3, 4), Tensors.Normal64(2, 2, 2, 4));
        tokens.RequiresGrad = context.RequiresGrad = true;
        FiniteDifferences.AssertGradients([tokens, context, .. attention.Parameters()],
            () => attention.Call(tokens, context, null).Square().Sum());
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(8, 0)]
    [InlineData(4, 8)]
    [InlineData(8, -2)]
    public void TheWidthIsAMultipleOfTheHeads(int width, int heads) => Assert.Equal(
        $"The width must be a multiple of the number of heads, found width {width} and {heads} heads.",
        Assert.Throws<UserException>(() => new MultiHeadAttention(width, heads, new SoftmaxAttention())).Message);
}
