using Anyformer.Attention;
using Anyformer.Attention.Priors;
using Anyformer.Attention.Softmax;
using Anyformer.Inspection;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.Priors;

public sealed class TokenPriorsTests
{
    [Fact]
    public void HardCodedHeadsSeeABellBesideTheQuery()
    {
        using var scope = new TensorScope();
        using var recorder = new Recorder();
        var mixer = new HardCodedAttention(new TokenMixerShape(0, 6, 3), new HardCodedAttentionOptions { Deviations = [1, 0.5], Threshold = 0.05 });
        mixer.Call(Tensors.Normal(1, 1, 4, 6));
        var weights = recorder.Named("weights").Single();
        for (var i = 0; i < 3 * 4 * 4; i++)
        {
            var (head, query, key) = (i / 16, i / 4 % 4, i % 4);
            var (offset, deviation) = (head % 2 == 0 ? -1 : 1, head % 2 == 0 ? 1 : 0.5);
            var density = Math.Exp(-0.5 * Math.Pow((key - query - offset) / deviation, 2)) / (deviation * Math.Sqrt(2 * Math.PI));
            Assert.Equal(density < 0.05 ? 0 : density, weights[head, query, key].Item<float>(), 1e-6);
        }
    }

    [Fact]
    public void HardCodedAttentionNeedsOffsetsAndDeviations() => Assert.Equal(
        "Hard-coded attention needs at least one offset and one deviation, each deviation above 0; found offsets [-1, 1] and deviations [0].",
        Assert.Throws<UserException>(() => new HardCodedAttention(new TokenMixerShape(0, 4, 2), new HardCodedAttentionOptions { Deviations = [0] })).Message);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AveragesStepByStepAreThoseOfAllTokens(bool feedForward)
    {
        using var scope = new TensorScope();
        var mixer = new AverageAttention(new TokenMixerShape(0, 6, 1), new AverageAttentionOptions { FeedForward = feedForward });
        var tokens = Tensors.Normal(1, 2, 7, 6);
        var (first, state) = mixer.Step(tokens.Narrow(1, 0, 1));
        var (second, next) = mixer.Step(tokens.Narrow(1, 1, 4), state);
        var (third, _) = mixer.Step(tokens.Narrow(1, 5, 2), next);
        Tensors.AssertClose(mixer.Call(tokens, AttentionMask.Causal), Functional.Cat([first, second, third], 1));
    }

    [Fact]
    public void TheWeightsOfAveragesMakeTheAverages()
    {
        using var scope = new TensorScope();
        var mixer = new AverageAttention(new TokenMixerShape(0, 4, 1), new AverageAttentionOptions { FeedForward = false });
        var tokens = Tensors.Normal(1, 2, 6, 4);
        var real = Functional.Ones([2, 6], DType.Bool);
        real[1, 3..] = Tensor.From(false);
        foreach (var mask in new[] { AttentionMask.OfKeys(real), AttentionMask.OfKeys(real) with { IsCausal = true } })
            Tensors.AssertClose(AverageAttention.Weights(tokens, mask).MatMul(tokens), mixer.CallWithAverages(tokens, mask).Averages);
    }

    [Fact]
    public void WithoutEarlierScoresRealFormerIsAnOrdinaryLayer()
    {
        using var scope = new TensorScope();
        using var recorder = new Recorder();
        var stack = new RealFormer(new TokenMixerShape(0, 6, 2), new SharedMapOptions { Layers = 3, FeedForwardWidth = 5 });
        stack.Eval();
        stack.Call(Tensors.Normal(1, 1, 4, 6), AttentionMask.Causal);
        Tensor[] scores = [.. recorder.Named("scores")], weights = [.. recorder.Named("weights")];
        Assert.Equal(3, scores.Length);
        Assert.All(scores.Zip(weights), pair => Tensors.AssertClose(MaskedSoftmaxOf(pair.First), pair.Second));
    }

    [Fact]
    public void LazyLayersReuseTheMapOfTheirBlock()
    {
        using var scope = new TensorScope();
        using var recorder = new Recorder();
        var stack = new LazyFormer(new TokenMixerShape(0, 6, 2), new LazyFormerOptions { Layers = 5, Block = 2, FeedForwardWidth = 5 });
        stack.Call(Tensors.Normal(1, 1, 4, 6));
        Assert.Equal(3, recorder.Named("weights").Count());
        // Five layers, and queries and keys three times.
        Assert.Equal(5 * (2 * 42 + 4 * 6 + 6 * 5 + 5 + 5 * 6 + 6) + 3 * 2 * 42, stack.Parameters().Sum(parameter => parameter.ElementCount));
    }

    [Fact]
    public void EvolvingScoresAreMixedConvolvedAndMixedAgain()
    {
        using var scope = new TensorScope();
        var scores = new EvolvingScores(2, convolved: 0.3, earlier: 0.6, isFirst: false);
        var (queries, keys, values) = (Tensors.Normal(1, 1, 2, 4, 3), Tensors.Normal(2, 1, 2, 4, 3), Tensors.Normal(3, 1, 2, 4, 3));
        var earlier = Tensors.Normal(4, 1, 2, 4, 4);
        var own = queries.MatMul(keys.Transpose(-2, -1)) / Math.Sqrt(3);
        Tensors.AssertClose(own, scores.Call(queries, keys, values, null, null).Scores);
        var mixed = own * 0.4 + earlier * 0.6;
        var state = scores.StateDict();
        var convolved = Functional.Conv2d(mixed, state["convolution.weight"], state["convolution.bias"], [1, 1], [1, 1], [1, 1], 1).LeakyRelu(0.01);
        var expected = convolved * 0.3 + mixed * 0.7;
        var (contexts, given) = scores.Call(queries, keys, values, earlier, null);
        Tensors.AssertClose(expected, given);
        Tensors.AssertClose(expected.Softmax(-1).MatMul(values), contexts);
    }

    [Fact]
    public void WithoutAConditionAttentionIsOrdinaryAndTasksOnlyTouchTheDiagonalBlocks()
    {
        using var scope = new TensorScope();
        using var recorder = new Recorder();
        using var noGrad = Autograd.NoGrad();
        var attention = new ConditionalAttention(new TokenMixerShape(4, 8, 2));
        foreach (var name in new[] { "query_projection.weight", "query_projection.bias" })
            attention.StateDict()[name].FillInPlace(0);
        attention.StateDict()["condition.weight"].FillInPlace(0);
        attention.StateDict()["condition.bias"].CopyInPlace(Tensor.From(new[] { 0f, 0, 1, 2 }));
        attention.Call(Tensors.Normal(1, 1, 4, 8), Tensors.Normal(2, 1, 8));
        var logarithms = recorder.Named("weights").Single()[0, 0].Log();
        // Two blocks of two tokens, shifted by 1 and 2.
        Tensors.AssertClose([1, 2, 0, 0], logarithms[1] - logarithms[1, 3]);
        Tensors.AssertClose([0, 0, 1, 2], logarithms[2] - logarithms[2, 0]);
    }

    [Fact]
    public void ConditionalAttentionIsBuiltForItsTokens()
    {
        Assert.Equal("The conditional attention is built for 4 tokens, found 3.", Assert.Throws<UserException>(() =>
            new ConditionalAttention(new TokenMixerShape(4, 8, 2)).Call(Tensors.Normal(1, 1, 3, 8), Tensors.Normal(2, 1, 8))).Message);
        Assert.Equal(
            "Conditional attention needs a width that is a multiple of the tokens, and tokens that are a multiple of the blocks, width / tokens; "
            + "found width 10 and 4 tokens.",
            Assert.Throws<UserException>(() => new ConditionalAttention(new TokenMixerShape(4, 10, 2))).Message);
    }

    [Fact]
    public void PersistentVectorsAreSeenUnderEveryMask()
    {
        using var scope = new TensorScope();
        var function = new PersistentMemoryAttention(new AttentionShape(2, 3), new PersistentMemoryAttentionOptions { Vectors = 4 });
        var (queries, keys, values) = (Tensors.Normal(1, 1, 2, 5, 3), Tensors.Normal(2, 1, 2, 5, 3), Tensors.Normal(3, 1, 2, 5, 3));
        var state = function.StateDict();
        var all = Functional.Cat([state["memory.keys"].Unsqueeze(0) * Math.Sqrt(3), keys], 2);
        var contents = Functional.Cat([state["memory.values"].Unsqueeze(0) * 2, values], 2);
        var visible = Functional.Cat([Functional.Ones([5, 4], DType.Bool), Functional.Ones([5, 5], DType.Bool).Tril()], 1);
        var expected = new SoftmaxAttention().Call(queries, all, contents, AttentionMask.OfPairs(visible));
        Tensors.AssertClose(expected, function.Call(queries, keys, values, AttentionMask.Causal));
        Tensors.AssertClose(expected, function.Call(queries, keys, values, AttentionMask.OfPairs(Functional.Ones([5, 5], DType.Bool).Tril())));
    }

    private static Tensor MaskedSoftmaxOf(Tensor scores) =>
        scores.MaskedFill(!Functional.Ones([4, 4], DType.Bool).Tril(), double.NegativeInfinity).Softmax(-1);
}
