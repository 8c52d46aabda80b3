using Anyformer.Attention;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Attention.Softmax;
using Anyformer.Models.Language;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.HeadInteractions;

public sealed class AdaptiveSpanTests
{
    [Fact]
    public void WeightsFadeOverTheRamp()
    {
        using var scope = new TensorScope();
        var span = Span(new AdaptiveSpanOptions { Limit = 10, Ramp = 4, Initial = 0.3 });
        // A span of 3 tokens, then 4 of ramp.
        Tensors.AssertClose([1, 1, 1, 1, 0.75, 0.5, 0.25, 0, 0], span.Mask(Functional.Arange(9).To(DType.Float32))[0]);
        Assert.Equal(7, span.Reach);
        Assert.Equal(10, Span(new AdaptiveSpanOptions { Limit = 10, Ramp = 4, Initial = 0.9 }).Reach);
        Assert.Equal(0.5 * 10 * 0.3, Span(new AdaptiveSpanOptions { Limit = 10, Initial = 0.3, LossWeight = 0.5 }).Loss.Item<float>(), 1e-5);
    }

    [Fact]
    public void WeightsSumToOneAgainTogetherWithOthers()
    {
        using var scope = new TensorScope();
        var span = Span(new AdaptiveSpanOptions { Limit = 4, Ramp = 2 });
        var all = Tensors.Normal(1, 2, 1, 3, 7).Softmax(-1);
        var (weights, others) = span.Limit(all.Narrow(-1, 0, 4), Functional.Arange(4).To(DType.Float32), all.Narrow(-1, 4, 3));
        Tensors.AssertClose(Functional.Ones([2, 1, 3]), weights.Sum([-1]) + others!.Sum([-1]));
        Assert.All(weights[.., .., .., 2..].Numbers(), weight => Assert.Equal(0, weight));
        Tensors.AssertClose(all.Narrow(-1, 4, 1) / all.Narrow(-1, 5, 1), others.Narrow(-1, 0, 1) / others.Narrow(-1, 1, 1));
    }

    [Fact]
    public void AFullSpanIsOrdinaryAttention()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = (Tensors.Normal(1, 2, 1, 6, 4), Tensors.Normal(2, 2, 1, 6, 4), Tensors.Normal(3, 2, 1, 6, 4));
        var modified = new ModifiedAttention([Span(new AdaptiveSpanOptions { Initial = 1 })]);
        Tensors.AssertClose(
            new SoftmaxAttention().Call(queries, keys, values, AttentionMask.Causal), modified.Call(queries, keys, values, AttentionMask.Causal));
    }

    [Fact]
    public void SpansStayWithinTheirLimitInTraining()
    {
        using var scope = new TensorScope();
        var span = Span(new AdaptiveSpanOptions());
        using (Autograd.NoGrad())
            span.StateDict()["spans"].FillInPlace(-0.2);
        using var losses = new AuxiliaryLoss();
        new ModifiedAttention([span]).Call(Tensors.Normal(1, 1, 1, 3, 2), Tensors.Normal(2, 1, 1, 3, 2), Tensors.Normal(3, 1, 1, 3, 2));
        Tensors.AssertClose([0], span.StateDict()["spans"]);
        Assert.Single(losses.Terms);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(3, true)]
    public void ATokenSeesTheTokensBeforeItOneByOne(int vectors, bool isLimited)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        const int limit = 5, tokens = 4;
        var options = new AdaptiveSpanOptions { Limit = limit, Ramp = 2, Initial = 0.4 };
        var attention = new SpanAttention(new SpanShape(6, 2, limit, isLimited ? options : null, vectors, 0));
        var (input, earlier, positions) = (Tensors.Normal(1, 1, tokens, 6), Tensors.Normal(2, 1, limit, 6), Tensors.Normal(3, 1, 3, limit));
        var state = attention.StateDict();
        Tensor Map(string name, Tensor from) => Functional.Linear(from, state[$"{name}_projection.weight"]).Unflatten(-1, [2, 3]);
        var all = Functional.Cat([earlier, input], 1)[0];
        var rows = Enumerable.Range(0, tokens).Select(token => Functional.Cat([.. Enumerable.Range(0, 2).Select(head =>
        {
            var (query, seen) = (Map("query", input[0, token])[head], all.Narrow(0, token, limit));
            var (keys, values) = (Map("key", seen).Select(1, head), Map("value", seen).Select(1, head));
            var scores = keys.Mv(query) + positions[0].Transpose(0, 1).Mv(query);
            if (vectors > 0)
            {
                scores = Functional.Cat([scores, (state["memory.keys"][head] * Math.Sqrt(3)).Mv(query)]);
                values = Functional.Cat([values, state["memory.values"][head] * Math.Sqrt(vectors)]);
            }

            var weights = (scores / Math.Sqrt(3)).Exp();
            for (var place = 0; isLimited && place < limit; place++)
                weights[place] = weights[place] * Math.Clamp((2 - (limit - 1 - place)) / 2.0 + 1, 0, 1);
            return values.Transpose(0, 1).Mv(weights / weights.Sum());
        })]));
        Tensors.AssertClose(
            Functional.Linear(Functional.Stack([.. rows]), state["output_projection.weight"]), attention.Call(input, earlier, positions)[0], 1e-4);
    }

    [Fact]
    public void BlocksOneAfterAnotherAreOneLongBlock()
    {
        using var scope = new TensorScope();
        var model = new SpanTransformer(new SpanShape(8, 2, 6, new AdaptiveSpanOptions { Limit = 6, Ramp = 2, Initial = 0.5 }, 0, 0), 2, 12, 11);
        model.Eval();
        var symbols = Functional.Arange(9).Unsqueeze(0);
        var whole = model.Call(symbols, model.Start(1)).LogProbabilities;
        var (first, memory) = model.Call(symbols.Narrow(1, 0, 4), model.Start(1));
        Tensors.AssertClose(whole, Functional.Cat([first, model.Call(symbols.Narrow(1, 4, 5), memory).LogProbabilities], 1));
    }

    private static AdaptiveSpan Span(AdaptiveSpanOptions options) => new(new AttentionShape(1, 4), options);
}
