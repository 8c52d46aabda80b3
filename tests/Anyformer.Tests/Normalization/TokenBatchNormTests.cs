using Anyformer.Normalization;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Normalization;

public sealed class TokenBatchNormTests
{
    [Fact]
    public void StandardisesEveryChannelOverAllTokens() => Property.Holds(Gen.Choose(1, 6).Three(), drawn =>
    {
        using var scope = new TensorScope();
        var (batch, tokens, width) = drawn;
        // A single value has no deviation to train on.
        batch += 1;
        var input = Tensors.Normal(width, batch, tokens, width) * 3 + 2;
        var numbers = input.Numbers();
        double[] Channel(int channel) => [.. numbers.Where((_, i) => i % width == channel)];
        var expected = numbers.Select((value, i) =>
        {
            var mean = Channel(i % width).Average();
            return (value - mean) / Math.Sqrt(Channel(i % width).Average(other => (other - mean) * (other - mean)) + 1e-5);
        });
        var output = new TokenBatchNorm(width).Call(input);
        Assert.Equal(input.Shape, output.Shape);
        Tensors.AssertClose([.. expected], output, 1e-4);
    }, runs: 20);

    [Fact]
    public void UsesTheRunningStatisticsInEvaluation()
    {
        using var scope = new TensorScope();
        var norm = new TokenBatchNorm(2);
        var state = norm.StateDict();
        state["channels.running_mean"].CopyInPlace(Tensor.From([1f, -1]));
        state["channels.running_var"].CopyInPlace(Tensor.From([4f, 0.25f]));
        norm.Eval();
        Tensors.AssertClose([1, 4], norm.Call(Tensor.From([3f, 1], [1, 1, 2])), 1e-4);
    }
}
