using Anyformer.Normalization;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Normalization;

public sealed class LayerNormTests
{
    [Fact]
    public void GivesPyTorchsValues()
    {
        var module = new LayerNorm(5);
        module.Load(new Dictionary<string, Tensor> { ["weight"] = Functional.Arange(5) * 0.5, ["bias"] = -Functional.Arange(5) });
        Tensors.AssertClose(
            [0, -0.57099307, -2.4158895, -4.77029943, -5.46442699, 0, -0.42398286, -1.15579391, -3.74705267, -7.28127766],
            module.Call(Functional.Arange(10, DType.Float32).Reshape([2, 5]).Cos()), 1e-6);
    }

    [Fact]
    public void StandardisesEveryVectorWithTheBiasedVariance() => Property.Holds(Gen.Choose(1, 9).Three(), drawn =>
    {
        using var scope = new TensorScope();
        var (batch, tokens, width) = drawn;
        const double epsilon = 0.1;
        var input = Tensors.Normal(width, batch, tokens, width);
        var expected = input.Numbers().Chunk(width).SelectMany(vector =>
        {
            var mean = vector.Average();
            var variance = vector.Average(value => (value - mean) * (value - mean));
            return vector.Select(value => (value - mean) / Math.Sqrt(variance + epsilon));
        });
        Tensors.AssertClose([.. expected], new LayerNorm(width, epsilon).Call(input));
    }, runs: 30);

    [Fact]
    public void NarrowVectorsAreNormalisedInThePrecisionOfTheWeights()
    {
        using var scope = new TensorScope();
        var (module, narrow) = (new LayerNorm(5), Tensors.Normal(1, 2, 3, 5).To(DType.BFloat16));
        Tensors.AssertSame(module.Call(narrow.To(DType.Float32)), module.Call(narrow));
    }
}
