using Anyformer.Models.Sets;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Sets;

public sealed class PerceiverTests
{
    private static readonly PerceiverOptions s_options = new()
    {
        Bands = 2,
        MaxFrequency = 4,
        Layers = 3,
        Latents = 4,
        Width = 8,
        CrossHeadWidth = 3,
        Heads = 2,
        HeadWidth = 4,
    };

    [Fact]
    public void InputsOfAnySizeAreClassified()
    {
        using var scope = new TensorScope();
        var model = new Perceiver(channels: 2, axes: 2, outputs: 5, s_options);
        Assert.Equal([3L, 5], model.Call(Tensors.Normal(1, 3, 4, 7, 2)).Shape);
        Assert.Equal([3L, 5], model.Call(Tensors.Normal(1, 3, 1, 2, 2)).Shape);
        Assert.Equal([3L, 4, 8], new Perceiver(2, 2, null, s_options).Call(Tensors.Normal(1, 3, 4, 7, 2)).Shape);
    }

    [Fact]
    public void PaddingDoesNotMatter()
    {
        using var scope = new TensorScope();
        var model = new Perceiver(2, 1, 5, s_options);
        var (input, other) = (Tensors.Normal(1, 2, 9, 2), Tensors.Normal(2, 2, 9, 2));
        var real = (Functional.Arange(9) < 6).Expand([2, -1]);
        var changed = Functional.Where(real.Unsqueeze(-1), input, other);
        Tensors.AssertClose(model.Call(input, real), model.Call(changed, real), 1e-5);
        Assert.NotEqual(model.Call(input).Numbers(), model.Call(changed).Numbers());
    }

    [Fact]
    public void TiedLayersAreTheSecondAgainAndAgain()
    {
        using var scope = new TensorScope();
        PerceiverOptions Of(int layers, bool tied) => s_options with { Layers = layers, TieLayers = tied };
        var (one, two) = (new Perceiver(2, 1, 5, Of(1, true)).ParameterCount(), new Perceiver(2, 1, 5, Of(2, false)).ParameterCount());
        Assert.Equal(two, new Perceiver(2, 1, 5, Of(4, true)).ParameterCount());
        Assert.Equal(one + 3 * (two - one), new Perceiver(2, 1, 5, Of(4, false)).ParameterCount());
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var model = new Perceiver(2, 1, 3, s_options with { TieLayers = true });
        model.To(DType.Float64);
        var (input, probe) = (Tensors.Normal64(1, 2, 5, 2), Tensors.Normal64(2, 2, 3));
        input.RequiresGrad = true;
        FiniteDifferences.AssertGradients([input, .. model.Parameters()], () => (model.Call(input) * probe).Sum(), 1e-6);
    }

    [Fact]
    public void AnInputOfOtherAxesIsRefused()
    {
        using var scope = new TensorScope();
        Assert.Equal("The Perceiver was built for inputs of 2 axes between batch and channels, found 1.",
            Assert.Throws<UserException>(() => new Perceiver(2, 2, 5, s_options).Call(Functional.Ones([1, 4, 2]))).Message);
    }
}
