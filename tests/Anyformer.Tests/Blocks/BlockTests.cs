using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.Blocks;

public sealed class BlockTests
{
    private const int Width = 4;

    private readonly EncoderBlock _encoder = new(Attention(), Post(), FeedForward(), Post());
    private readonly DecoderBlock _decoder = new(Attention(), Pre(), Attention(), Pre(), FeedForward(), Pre());

    [Fact]
    public void TheEncoderMixesTokensAndThenChannels()
    {
        using var scope = new TensorScope();
        var (mixer, feedForward) = (Attention(), FeedForward());
        var (first, second) = (new LayerNorm(Width), new LayerNorm(Width));
        var tokens = Tensors.Normal(1, 2, 5, Width);
        var mask = AttentionMask.Causal;
        var mixed = first.Call(tokens + mixer.Call(tokens, mask));
        Tensors.AssertSame(second.Call(mixed + feedForward.Call(mixed)),
            new EncoderBlock(mixer, new PostNorm(first), feedForward, new PostNorm(second)).Call(tokens, mask));
    }

    [Fact]
    public void TheDecoderSeesItsOwnPastAndTheContextItMay()
    {
        using var scope = new TensorScope();
        var (tokens, context) = (Tensors.Normal(1, 1, 4, Width), Tensors.Normal(2, 1, 3, Width));
        var visible = AttentionMask.OfKeys(Tensor.From(new[,] { { true, true, false } }));
        var before = _decoder.Call(tokens, context, AttentionMask.Causal, visible);
        tokens[0, 3] = Tensor.From(5f);
        context[0, 2] = Tensor.From(5f);
        var after = _decoder.Call(tokens, context, AttentionMask.Causal, visible);
        Tensors.AssertClose(before[.., ..3], after[.., ..3], 1e-6);
        Assert.NotEqual(before[0, 3].Numbers(), after[0, 3].Numbers());
        context[0, 1] = Tensor.From(5f);
        Assert.NotEqual(after[0, 0].Numbers(), _decoder.Call(tokens, context, AttentionMask.Causal, visible)[0, 0].Numbers());
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        _encoder.To(DType.Float64);
        _decoder.To(DType.Float64);
        var (tokens, context) = (Tensors.Normal64(1, 2, 3, Width), Tensors.Normal64(2, 2, 4, Width));
        tokens.RequiresGrad = context.RequiresGrad = true;
        FiniteDifferences.AssertGradients([tokens, context, .. _encoder.Parameters(), .. _decoder.Parameters()],
            () => (_decoder.Call(tokens, _encoder.Call(context), AttentionMask.Causal) * Tensors.Normal64(3, 2, 3, Width)).Sum());
    }

    [Fact]
    public void AStepOfTrainingLowersTheLoss()
    {
        using var scope = new TensorScope();
        var (tokens, context, target) = (Tensors.Normal(1, 2, 3, Width), Tensors.Normal(2, 2, 4, Width), Tensors.Normal(3, 2, 3, Width));
        var optimizer = new Sgd([.. _encoder.Parameters(), .. _decoder.Parameters()], new SgdOptions { LearningRate = 1e-2 });
        Tensor Loss() => _decoder.Call(tokens, _encoder.Call(context), AttentionMask.Causal).MseLoss(target);
        var before = Loss();
        before.Backward();
        Assert.All(optimizer.Parameters, parameter => Assert.NotNull(parameter.Grad));
        optimizer.Step();
        Assert.True(Loss().Item<double>() < before.Item<double>());
    }

    private static MultiHeadAttention Attention() => new(Width, 2, new SoftmaxAttention());

    private static PositionwiseFeedForward FeedForward() => new(Width, 6, Activations.Named("tanh"));

    private static PostNorm Post() => new(new LayerNorm(Width));

    private static PreNorm Pre() => new(new LayerNorm(Width));
}
