using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Blocks.Alternative;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Tests.Blocks.Alternative;

[Collection(DefaultGenerator.Name)]
public sealed class AlternativeTests
{
    private const int Width = 4;

    [Fact]
    public void OrdersOfThePapers()
    {
        Assert.Equal("afafaf", Letters(SublayerOrder.InTurn(3)));
        Assert.Equal("aaafafff", Letters(SublayerOrder.Sandwich(4, 2)));
        Assert.Equal("aaafff", Letters(SublayerOrder.Sandwich(3, 3)));
        Assert.Equal("faffaf", Letters(SublayerOrder.Macaron(2)));
        Assert.Equal("afffffafffff", Letters(SublayerOrder.PayAttention(6, 5)));
        Assert.Equal("A sandwich of 3 layers has from 0 to 3 slices, found 4.", Assert.Throws<UserException>(() => SublayerOrder.Sandwich(3, 4)).Message);
        Assert.Equal("The ratio of 12 sublayers to those of attention must be from 2 to 12, found 1.",
            Assert.Throws<UserException>(() => SublayerOrder.PayAttention(6, 1)).Message);
    }

    [Fact]
    public void AMacaronTakesHalfStepsAroundAttention()
    {
        using var scope = new TensorScope();
        var (mixer, tokens) = (Attention(), Tensors.Normal(1, 2, 5, Width));
        var halves = new Queue<ChannelMixer>([FeedForward(), FeedForward()]);
        var (first, second) = (halves.Peek(), halves.Last());
        var stack = new SublayerStack(SublayerOrder.Macaron(1), () => mixer, () => new HalfStep(halves.Dequeue()), () => new PreNorm(new LayerNorm(Width)));
        var norm = new LayerNorm(Width);
        var expected = tokens + first.Call(norm.Call(tokens)) * 0.5;
        expected += mixer.Call(norm.Call(expected));
        expected += second.Call(norm.Call(expected)) * 0.5;
        Tensors.AssertClose(expected, stack.Call(tokens));
    }

    [Fact]
    public void AReversibleEncoderGivesTheGradientsOfAnOrdinaryOne()
    {
        TorchRuntime.ManualSeed(1);
        var mixers = Enumerable.Range(0, 3).Select(_ => Attention()).ToArray();
        var feedForwards = Enumerable.Range(0, 3).Select(_ => FeedForward()).ToArray();
        var encoder = new ReversibleEncoder(mixers.Zip(feedForwards, (mixer, feedForward) => new ReversibleBlock(mixer, new LayerNorm(Width), feedForward, new LayerNorm(Width))));
        encoder.To(DType.Float64);
        var (norm, input) = (new LayerNorm(Width), Tensors.Normal64(1, 2, 5, Width));
        norm.To(DType.Float64);
        input.RequiresGrad = true;
        var mask = new AttentionMask { IsCausal = true, Keys = Tensor.From(new[,] { { true, true, true, true, true }, { true, true, true, false, false } }) };
        var probe = Tensors.Normal64(2, 2, 5, Width);
        var output = encoder.Call(input, mask);
        (output * probe).Sum().Backward();
        Tensor[] leaves = [input, .. mixers.SelectMany(mixer => mixer.Parameters()), .. feedForwards.SelectMany(mixer => mixer.Parameters())];
        var gradients = leaves.Select(leaf => leaf.Grad!.Clone()).ToArray();
        foreach (var leaf in leaves)
            leaf.Grad = null;

        var (first, second) = ((Tensor)input, (Tensor)input);
        for (var block = 0; block < mixers.Length; block++)
        {
            first += mixers[block].Call(norm.Call(second), mask);
            second += feedForwards[block].Call(norm.Call(first));
        }

        Tensors.AssertClose((first + second) * 0.5, output, 1e-12);
        ((first + second) * 0.5 * probe).Sum().Backward();
        foreach (var (leaf, gradient) in leaves.Zip(gradients))
            Tensors.AssertClose(leaf.Grad!, gradient, 1e-9);
    }

    [Fact]
    public void EvolvedLayersObeyPaddingAndOrder()
    {
        using var scope = new TensorScope();
        var encoder = new EvolvedEncoderLayer(8, 2);
        var real = Tensor.From(new[,] { { true, true, true, false } });
        var (tokens, changed) = (Tensors.Normal(1, 1, 4, 8), Tensors.Normal(2, 1, 4, 8));
        changed = Functional.Where(real.Unsqueeze(-1), tokens, changed);
        Tensors.AssertSame(encoder.Call(tokens, AttentionMask.OfTokens(real))[.., ..3], encoder.Call(changed, AttentionMask.OfTokens(real))[.., ..3]);
        Assert.Throws<UserException>(() => encoder.Call(tokens, AttentionMask.Causal));

        var decoder = new EvolvedDecoderLayer(8, 2);
        var context = Tensors.Normal(3, 1, 4, 8);
        Tensors.AssertClose(decoder.Call(tokens, context)[.., ..3], decoder.Call(changed, context)[.., ..3], 1e-6);
        Assert.Equal("An evolved layer needs an even width, found 5.", Assert.Throws<UserException>(() => new EvolvedEncoderLayer(5, 1)).Message);
    }

    [Fact]
    public void EvolvedGradientsAreSlopes()
    {
        TorchRuntime.ManualSeed(2);
        var (encoder, decoder) = (new EvolvedEncoderLayer(8, 2), new EvolvedDecoderLayer(8, 2));
        encoder.To(DType.Float64);
        decoder.To(DType.Float64);
        var (tokens, context) = (Tensors.Normal64(1, 1, 3, 8), Tensors.Normal64(2, 1, 4, 8));
        (tokens.RequiresGrad, context.RequiresGrad) = (true, true);
        FiniteDifferences.AssertGradients([tokens, context, .. encoder.Parameters(), .. decoder.Parameters()],
            () => (decoder.Call(tokens, encoder.Call(context)) * Tensors.Normal64(3, 1, 3, 8)).Sum(), 1e-5);
    }

    [Fact]
    public void AMaskMultipliesExponentialsBeforeTheyAreNormalised()
    {
        using var scope = new TensorScope();
        var mask = new DynamicMask(Width, 2, 2);
        foreach (var parameter in mask.Parameters())
            parameter.SetData(Tensors.Normal(7, parameter.Shape));
        var state = mask.StateDict();
        var (tokens, queries, keys) = (Tensors.Normal(1, 1, 4, Width), Tensors.Normal(2, 1, 2, 4, 3), Tensors.Normal(3, 1, 2, 4, 3));
        var (asking, distance, head) = (tokens.MatMul(state["token"]).Numbers(), state["distance"].Numbers(), state["head"].Numbers());
        var scores = queries.MatMul(keys.Transpose(-2, -1)).Numbers();
        var expected = new List<double>();
        for (var h = 0; h < 2; h++)
            for (var i = 0; i < 4; i++)
            {
                var row = Enumerable.Range(0, 4).Select(j =>
                    Math.Exp(scores[(h * 4 + i) * 4 + j] / Math.Sqrt(3)) / (1 + Math.Exp(-asking[i] - distance[Math.Clamp(i - j, -2, 2) + 2] - head[h]))).ToArray();
                expected.AddRange(row.Select(value => value / row.Sum()));
            }

        Tensors.AssertClose(expected, mask.Weights(mask.Logits(tokens), queries, keys, mask: null));
    }

    private static string Letters(IEnumerable<Sublayer> order) => string.Concat(order.Select(kind => kind == Sublayer.Attention ? 'a' : 'f'));

    private static MultiHeadAttention Attention() => new(Width, 2, new SoftmaxAttention());

    private static PositionwiseFeedForward FeedForward() => new(Width, 8, Activations.Named("gelu"));
}
