using Anyformer.Blocks.CrossBlock;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Tests.Blocks.CrossBlock;

public sealed class CrossBlockTests
{
    private static readonly FeedbackOptions s_feedback = new() { Vocabulary = 7, Width = 6, Layers = 3, Heads = 2, HeadWidth = 3, HiddenWidth = 8, Memory = 4 };

    [Fact]
    public void TransparentAttentionBeginsAsAMeanAndTakesItsWeights()
    {
        using var scope = new TensorScope();
        var attention = new TransparentAttention(2, 2);
        var outputs = Tensors.Normal(1, 3, 2, 4, 5);
        Tensors.AssertClose(outputs.Mean([0]), attention.Call(outputs)[1]);
        // e^ln2 of 4 is one half, the others a quarter each.
        attention.Load(new Dictionary<string, Tensor> { ["weight"] = Tensor.From(new[,] { { 0f, 0 }, { MathF.Log(2), 0 }, { 0, 0 } }) });
        Tensors.AssertClose(outputs[0] * 0.25 + outputs[1] * 0.5 + outputs[2] * 0.25, attention.Call(outputs)[0]);
        Assert.Equal("Transparent attention takes 3 outputs, the embedding and one a block, found 2.",
            Assert.Throws<UserException>(() => attention.Call(outputs[..2])).Message);
    }

    [Fact]
    public void AHistoryBeginsAsTheMeanOfWhatWasBefore()
    {
        using var scope = new TensorScope();
        var (norm, tokens) = (new LayerNorm(4), Tensors.Normal(1, 2, 3, 4));
        var after = norm.Call(tokens.Sin());
        var second = (tokens + after) * 0.5;
        Tensors.AssertClose((tokens + after + norm.Call(second.Cos())) * (1 / 3.0), new PreNormHistory(2, () => new LayerNorm(4)).Call(tokens, x => x.Sin(), x => x.Cos()));
        var summed = norm.Call((tokens + tokens.Sin()) * 0.5);
        Tensors.AssertClose(norm.Call((tokens + tokens.Sin() + summed.Cos()) * (1 / 3.0)), new PostNormHistory(2, () => new LayerNorm(4)).Call(tokens, x => x.Sin(), x => x.Cos()), 1e-4);
        Assert.Equal("This history is of 2 layers, found 1.",
            Assert.Throws<UserException>(() => new PreNormHistory(2, () => new LayerNorm(4)).Call(tokens, x => x)).Message);
    }

    [Fact]
    public void FeedbackGoesOnFromItsMemory()
    {
        foreach (var options in new[] { s_feedback, s_feedback with { SharesKeys = true } })
        {
            using var scope = new TensorScope();
            var model = new FeedbackTransformer(options);
            var words = Tensor.From<long>([0, 3, 6, 1, 2, 5, 5, 4, 0, 1, 2, 3], 2, 6);
            var (whole, last) = model.Call(words);
            var (first, memory) = model.Call(words[.., ..2]);
            var (second, end) = model.Call(words[.., 2..], memory);
            Tensors.AssertClose(whole, Functional.Cat([first, second], 1));
            Tensors.AssertClose(last, end);
        }
    }

    [Fact]
    public void FeedbackSeesNoLaterWordAndNoneBeyondItsMemoryDirectly()
    {
        using var scope = new TensorScope();
        var model = new FeedbackTransformer(s_feedback with { IsPreNorm = true });
        var (words, other) = (Tensor.From<long>([0, 3, 6, 1, 2], 1, 5), Tensor.From<long>([0, 3, 6, 4, 5], 1, 5));
        var (before, after) = (model.Call(words).LogProbabilities, model.Call(other).LogProbabilities);
        Tensors.AssertSame(before[.., ..3], after[.., ..3]);
        Assert.NotEqual(before[.., 4].Numbers(), after[.., 4].Numbers());
        Assert.All(before.Exp().Sum([-1]).Numbers(), sum => Assert.Equal(1, sum, 1e-5));
    }

    [Fact]
    public void FeedbackSharesKeysAmongLayers()
    {
        var inner = s_feedback.Heads * s_feedback.HeadWidth;
        long Count(FeedbackOptions options) => new FeedbackTransformer(options).ParameterCount();
        Assert.Equal(2 * 2 * inner * s_feedback.Width, Count(s_feedback) - Count(s_feedback with { SharesKeys = true }));
    }

    [Fact]
    public void FeedbackGradientsAreSlopes()
    {
        var model = new FeedbackTransformer(s_feedback with { IsPreNorm = true, SharesKeys = true });
        model.To(DType.Float64);
        var words = Tensor.From<long>([0, 3, 6], 1, 3);
        FiniteDifferences.AssertGradients(model.Parameters(), () => (model.Call(words).LogProbabilities * Tensors.Normal64(2, 1, 3, 7)).Sum(), 1e-5);
    }

    [Fact]
    public void AMemoryOfAnotherShapeIsRefused()
    {
        using var scope = new TensorScope();
        var exception = Assert.Throws<UserException>(() => new FeedbackTransformer(s_feedback).Call(Tensor.From<long>([1], 1, 1), Tensors.Normal(1, 1, 3, 6)));
        Assert.Equal("The memory is [1, 3, 6], expected [1, 4, 6].", exception.Message);
    }
}
