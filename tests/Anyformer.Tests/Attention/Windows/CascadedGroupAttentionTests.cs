using Anyformer.Attention.Windows;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Windows;

[Collection(DefaultGenerator.Name)]
public sealed class CascadedGroupAttentionTests
{
    private static readonly Gen<(int Heads, int KeyWidth, int Height, int Width)> s_sizes =
        from heads in Gen.Choose(1, 3)
        from keyWidth in Gen.Choose(1, 4)
        from sides in Gen.Choose(1, 4).Two()
        select (heads, keyWidth, sides.Item1, sides.Item2);

    /// <summary>Kernels of one place and norms that have seen nothing: every convolution is a matrix, the output that of the contexts.</summary>
    [Fact]
    public void EachHeadAddsToTheChannelsOfTheNext() => Property.Holds(s_sizes, drawn =>
    {
        using var scope = new TensorScope();
        var (heads, keyWidth, height, width) = drawn;
        var (group, attention) = (2, Attention(2 * heads, keyWidth, Enumerable.Repeat(1, heads).ToArray(), height, width));
        var maps = Tensors.Normal64(7, 2, 2 * heads, height, width);
        var weights = attention.StateDict();
        Tensor Map(string name, Tensor input) => input.MatMul(weights[$"{name}.convolution.weight"].Flatten(1).Transpose(0, 1)) / Math.Sqrt(1 + 1e-5);
        var places = maps.Flatten(2).Transpose(1, 2);
        var contexts = new List<Tensor>();
        for (var head = 0; head < heads; head++)
        {
            var own = places.Narrow(2, head * group, group);
            var projected = Map($"projections.{head}", head == 0 ? own : own + contexts[^1]);
            var kernel = weights[$"query_convolutions.{head}.convolution.weight"].Flatten() / Math.Sqrt(1 + 1e-5);
            var queries = projected.Narrow(2, 0, keyWidth) * kernel / Math.Sqrt(keyWidth);
            var scores = queries.MatMul(projected.Narrow(2, keyWidth, keyWidth).Transpose(1, 2)) + Bias(weights["biases"][head], height, width);
            contexts.Add(scores.Softmax(-1).MatMul(projected.Narrow(2, 2 * keyWidth, group)));
        }

        var expected = Map("output", Functional.Cat([.. contexts], 2).Relu()) * weights["output.norm.weight"];
        Tensors.AssertClose(expected.Transpose(1, 2).Unflatten(2, [height, width]), attention.Call(maps), 1e-10);
    }, runs: 25);

    [Fact]
    public void LargerMapsAreCutIntoWindows()
    {
        using var scope = new TensorScope();
        var attention = Attention(4, 3, [3, 1], 2, 3);
        var maps = Tensors.Normal64(7, 1, 4, 3, 5);
        var padded = maps.ConstantPadNd([0, 1, 0, 1]);
        var rows = Enumerable.Range(0, 2).Select(row => Functional.Cat([.. Enumerable.Range(0, 2)
            .Select(column => attention.Call(padded.Narrow(2, 2 * row, 2).Narrow(3, 3 * column, 3)))], 3));
        Tensors.AssertClose(Functional.Cat([.. rows], 2).Narrow(2, 0, 3).Narrow(3, 0, 5), attention.Call(maps), 1e-12);
    }

    [Fact]
    public void SmallerMapsTakeTheBiasesOfTheirDistances()
    {
        using var scope = new TensorScope();
        var (large, small) = (Attention(4, 3, [3, 1], 3, 4), Attention(4, 3, [3, 1], 2, 2));
        var weights = large.StateDict().ToDictionary(item => item.Key, item => item.Value);
        weights["biases"] = weights["biases"].View([2, 3, 4]).Narrow(1, 0, 2).Narrow(2, 0, 2).Reshape([2, 4]);
        small.Load(weights);
        var maps = Tensors.Normal64(7, 2, 4, 2, 2);
        Tensors.AssertClose(small.Call(maps), large.Call(maps), 1e-12);
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var attention = Attention(4, 2, [3, 1], 2, 2);
        var maps = Tensors.Normal64(7, 1, 4, 3, 3);
        maps.RequiresGrad = true;
        FiniteDifferences.AssertGradients([maps, .. attention.Parameters()], () => attention.Call(maps).Square().Sum(), 1e-6);
    }

    [Theory]
    [InlineData(5, null, "Channels must be a multiple of the number of heads, found 5 channels and 2 heads.", 3, 3)]
    [InlineData(4, null, "The convolutions of queries need odd kernels, found [3, 2].", 3, 2)]
    [InlineData(4, 3, "A head's values are added to the 2 channels of the next, so they must be as wide, found 3.", 3, 3)]
    public void SizesThatDoNotFitAreRefused(int channels, int? values, string message, params int[] kernels) => Assert.Equal(message,
        Assert.Throws<UserException>(() => new CascadedGroupAttention(channels, 2, kernels, 2, 2, values)).Message);

    private static Tensor Bias(Tensor table, int height, int width)
    {
        var bias = Functional.Zeros([height * width, height * width], DType.Float64);
        for (var from = 0; from < height * width; from++)
            for (var to = 0; to < height * width; to++)
                bias[from, to] = table[Math.Abs(from / width - to / width) * width + Math.Abs(from % width - to % width)];
        return bias;
    }

    /// <summary>With biases that are not zero and an output that begins with something.</summary>
    private static CascadedGroupAttention Attention(int channels, int keyWidth, int[] kernels, int height, int width)
    {
        TorchRuntime.ManualSeed(1);
        var attention = new CascadedGroupAttention(channels, keyWidth, kernels, height, width);
        attention.To(DType.Float64);
        attention.Eval();
        attention.Load(new Dictionary<string, Tensor>
        {
            ["biases"] = Tensors.Normal64(2, kernels.Length, height * width),
            ["output.norm.weight"] = Tensors.Normal64(3, channels),
        }, strict: false);
        return attention;
    }
}
