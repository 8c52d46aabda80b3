using Anyformer.Catalog;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Normalization;

/// <summary>What holds for every normalisation of the catalog, and what each does to a vector.</summary>
public sealed class NormalizationLayerTests
{
    public static TheoryData<string> Ids => [.. MethodCatalog.OfRole<NormalizationLayer>().Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void ShapesStayAndNothingOverflows(string id)
    {
        foreach (var width in new[] { 2, 7, 64 })
        {
            using var scope = new TensorScope();
            var norm = Build(id, width);
            var output = norm.Call(Tensors.Normal(1, 2, 3, width) * 1e4);
            Assert.Equal([2L, 3, width], output.Shape);
            Assert.All(output.Numbers(), value => Assert.InRange(Math.Abs(value), 0, 10 * width));
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void TheScaleOfTheInputDoesNotMatter(string id)
    {
        using var scope = new TensorScope();
        var norm = Build(id, 8);
        var input = Tensors.Normal(1, 2, 3, 8);
        Tensors.AssertClose(norm.Call(input), norm.Call(input * 100), 2e-3);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void AZeroVectorStaysFinite(string id)
    {
        using var scope = new TensorScope();
        Assert.All(Build(id, 6).Call(Functional.Zeros([1, 2, 6])).Numbers(), value => Assert.Equal(0, value, 1e-6));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void GradientsAreSlopes(string id)
    {
        // The corrections of AdaNorm and the like are constants to the backward pass on purpose; PowerNorm's is not a derivative while training.
        if (id is "ada-norm")
            return;
        var norm = Build(id, 5);
        norm.To(DType.Float64);
        norm.Eval();
        var input = Tensors.Normal64(1, 2, 3, 5);
        input.RequiresGrad = true;
        FiniteDifferences.AssertGradients([input, .. norm.Parameters()], () => (norm.Call(input) * Tensors.Normal64(2, 2, 3, 5)).Sum());
    }

    [Fact]
    public void FunctionsOfOneVector()
    {
        using var scope = new TensorScope();
        var vector = Tensor.From(new[] { 3f, 0, 0, 4 }, 1, 4);
        Tensors.AssertClose([1.2, 0, 0, 1.6], new RmsNorm(4, 0).Call(vector));
        Tensors.AssertClose([1.2, 0, 0, 1.6], new UnitRmsNorm(4).Call(vector));
        Tensors.AssertClose([1.2, 0, 0, 1.6], new SimpleRmsNorm().Call(vector));
        Tensors.AssertClose([0.6, 0, 0, 0.8], new ScaleNorm(1).Call(vector));
        Tensors.AssertClose([1, 0, 0, 4 / 3.0], new PartialRmsNorm(4, 0.25).Call(vector));
        // Mean 1.75, unbiased deviation 2.0615528.
        Tensors.AssertClose([1.25 / 2.0615628, -1.75 / 2.0615628, -1.75 / 2.0615628, 2.25 / 2.0615628], new SimpleLayerNorm().Call(vector));
        var normalized = 2.25 / 2.0615628;
        Assert.Equal((1 - 0.1 * normalized) * normalized, new AdaNorm().Call(vector)[0, 3].Item<float>(), 1e-5);
    }

    [Fact]
    public void ConstantStatisticsPassGradientsStraight()
    {
        using var scope = new TensorScope();
        var input = Tensors.Normal(1, 1, 4);
        input.RequiresGrad = true;
        new SimpleLayerNorm(detachMean: true, detachDeviation: true).Call(input)[0, 2].Backward();
        Assert.Equal([0.0, 0, 1, 0], input.Grad!.Numbers().Select(gradient => gradient == 0 ? 0.0 : 1));
    }

    private static NormalizationLayer Build(string id, int width) => Part<NormalizationLayer>.Of(id).Build(new NormalizationShape(width));
}
