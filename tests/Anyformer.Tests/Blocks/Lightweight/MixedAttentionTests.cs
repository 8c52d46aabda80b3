using Anyformer.Attention;
using Anyformer.Blocks.Lightweight;
using Anyformer.FeedForward;
using Anyformer.Torch;

namespace Anyformer.Tests.Blocks.Lightweight;

[Collection(DefaultGenerator.Name)]
public sealed class MixedAttentionTests
{
    [Theory]
    [InlineData(24, 4, 2, 9, 7)]
    [InlineData(12, 2, 4, 3, 5)]
    [InlineData(16, 8, 2, 1, 3)]
    [InlineData(8, 2, 1, 5, 2)]
    public void ItIsTheFormulaOfThePaper(int width, int hostHeads, int ratio, int kernel, int tokens)
    {
        using var scope = new TensorScope();
        var mixer = new MixedAttention(new TokenMixerShape(tokens, width, hostHeads), new MixedAttentionOptions { HeadRatio = ratio, Kernel = kernel });
        mixer.To(DType.Float64);
        var state = mixer.StateDict();
        foreach (var parameter in mixer.Parameters())
            using (Autograd.NoGrad())
                parameter.CopyInPlace(Tensors.Normal64(parameter.Shape.Length + (int)parameter.ElementCount, parameter.Shape) * 0.3);
        var input = Tensors.Normal64(5, 1, tokens, width);
        var (heads, half) = (Math.Max(1, hostHeads / ratio), width / 2);
        var d = half / heads;
        double[,] Map(string name, double[,] x) => Linear(x, state[$"{name}.weight"], state[$"{name}.bias"]);
        var x = Matrix(input[0]);
        var (q, k, v, u) = (Map("query_projection", x), Map("key_projection", x), Map("value_projection", x), Map("convolved_projection", x));
        var depthwise = state["span_convolution.weight"].Numbers();
        var around = new double[tokens, width];
        for (var t = 0; t < tokens; t++)
            for (var c = 0; c < width; c++)
                for (var m = 0; m < kernel; m++)
                    around[t, c] += t + m - kernel / 2 is >= 0 and var at && at < tokens ? depthwise[c * kernel + m] * x[at, c] : 0;
        var spans = Linear(around, state["span_projection.weight"].Squeeze(2), state["span_bias"].Squeeze(1));
        var joined = new double[tokens, width];
        for (var t = 0; t < tokens; t++)
        {
            var product = new double[1, half];
            for (var c = 0; c < half; c++)
                product[0, c] = spans[t, c] * q[t, c];
            var kernels = Map("kernels", product);
            for (var head = 0; head < heads; head++)
            {
                var scores = Softmax([.. Enumerable.Range(0, tokens).Select(j => Enumerable.Range(head * d, d).Sum(c => q[t, c] * k[j, c]) / Math.Sqrt(d))]);
                var window = Softmax([.. Enumerable.Range(0, kernel).Select(m => kernels[0, head * kernel + m])]);
                for (var c = head * d; c < (head + 1) * d; c++)
                {
                    joined[t, c] = Enumerable.Range(0, tokens).Sum(j => scores[j] * v[j, c]);
                    joined[t, half + c] = Enumerable.Range(0, kernel).Where(m => t + m - kernel / 2 >= 0 && t + m - kernel / 2 < tokens)
                        .Sum(m => window[m] * u[t + m - kernel / 2, c]);
                }
            }
        }

        Tensors.AssertClose([.. Map("output_projection", joined).Cast<double>()], mixer.Call(input), 1e-9);
    }

    [Fact]
    public void SizesThatDoNotFitAreRefused()
    {
        string Refusal(int width, int heads, int kernel) => Assert.Throws<UserException>(() =>
            new MixedAttention(new TokenMixerShape(8, width, heads), new MixedAttentionOptions { Kernel = kernel })).Message;
        Assert.Equal("The width of mixed attention must be a multiple of twice its heads, found width 12 and 4 heads.", Refusal(12, 8, 9));
        Assert.Equal("The kernel of mixed attention must be odd, so that it lies around a token, found 4.", Refusal(16, 4, 4));
    }

    [Fact]
    public void AGroupedFeedForwardWorksInsideItsGroups()
    {
        using var scope = new TensorScope();
        var feedForward = new GroupedFeedForward(new ChannelMixerShape(8, 12), new GroupedFeedForwardOptions { Groups = 2, Activation = "relu" });
        var whole = feedForward.Call(Tensors.Normal(1, 3, 8));
        var changed = Tensors.Normal(1, 3, 8);
        changed[.., ..4].FillInPlace(1);
        Tensors.AssertSame(whole[.., 4..], feedForward.Call(changed)[.., 4..]);
        Assert.NotEqual(whole[.., ..4].Numbers(), feedForward.Call(changed)[.., ..4].Numbers());
        Assert.Equal(2 * 4 * 6 * 2 + 12 + 8, feedForward.ParameterCount());
        Assert.Equal("Inputs and outputs of a grouped linear map must be multiples of its groups, found 8 and 12 with 3 groups.", Assert.Throws<UserException>(() =>
            new GroupedFeedForward(new ChannelMixerShape(8, 12), new GroupedFeedForwardOptions { Groups = 3 })).Message);
    }

    private static double[,] Matrix(Tensor tensor)
    {
        var (numbers, matrix) = (tensor.Numbers(), new double[tensor.Size(0), tensor.Size(1)]);
        Buffer.BlockCopy(numbers, 0, matrix, 0, numbers.Length * sizeof(double));
        return matrix;
    }

    private static double[,] Linear(double[,] input, Tensor weight, Tensor bias)
    {
        var (w, b) = (Matrix(weight), bias.Numbers());
        var output = new double[input.GetLength(0), b.Length];
        for (var row = 0; row < output.GetLength(0); row++)
            for (var column = 0; column < b.Length; column++)
                output[row, column] = b[column] + Enumerable.Range(0, input.GetLength(1)).Sum(i => input[row, i] * w[column, i]);
        return output;
    }

    private static double[] Softmax(double[] scores)
    {
        var sum = scores.Sum(Math.Exp);
        return [.. scores.Select(score => Math.Exp(score) / sum)];
    }
}
