using Anyformer.Normalization;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Normalization;

public sealed class ReversibleInstanceNormTests
{
    [Fact]
    public void NormalizesEverySeriesOverTime()
    {
        using var scope = new TensorScope();
        var series = Tensor.From([1f, 10, 3, 10, 5, 16], [1, 3, 2]);
        var (normalized, statistics) = new ReversibleInstanceNorm().Normalize(series);
        Tensors.AssertClose([3, 12], statistics.Centre, 1e-6);
        Tensors.AssertClose([Math.Sqrt(8.0 / 3), Math.Sqrt(8)], statistics.Deviation, 1e-5);
        Tensors.AssertClose([-1.2247426, -0.7071063, 0, -0.7071063, 1.2247426, 1.4142127], normalized, 1e-6);
    }

    [Fact]
    public void MayCentreOnTheLastValue()
    {
        using var scope = new TensorScope();
        var series = Tensor.From([1f, 3, 8], [1, 3, 1]);
        var (normalized, statistics) = new ReversibleInstanceNorm(WindowCentre.Last).Normalize(series);
        var deviation = Math.Sqrt(26.0 / 3 + 1e-5);
        Assert.Equal(8, statistics.Centre.Item<float>());
        Tensors.AssertClose([-7 / deviation, -5 / deviation, 0], normalized, 1e-6);
    }

    [Fact]
    public void WeightsScaleAndShiftEveryVariate()
    {
        using var scope = new TensorScope();
        var (plain, affine) = (new ReversibleInstanceNorm(), new ReversibleInstanceNorm(2L));
        affine.Load(new Dictionary<string, Tensor> { ["weight"] = Tensor.From([2f, -1]), ["bias"] = Tensor.From([0.5f, 3]) });
        var series = Tensors.Normal(3, 4, 6, 2);
        var expected = plain.Normalize(series).Normalized * Tensor.From([2f, -1]) + Tensor.From([0.5f, 3]);
        Tensors.AssertClose(expected, affine.Normalize(series).Normalized, 1e-6);
    }

    [Theory]
    [InlineData(WindowCentre.Mean)]
    [InlineData(WindowCentre.Last)]
    public void DenormalizingUndoesNormalizing(WindowCentre centre) => Property.Holds(Gen.Choose(1, 12).Four(), drawn =>
    {
        using var scope = new TensorScope();
        var (batch, time, variates, seed) = drawn;
        var norm = new ReversibleInstanceNorm(variates, centre);
        norm.Load(new Dictionary<string, Tensor> { ["weight"] = Tensors.Normal(seed, variates) + 3, ["bias"] = Tensors.Normal(seed + 1, variates) });
        var series = Tensors.Normal(seed + 2, batch, time, variates) * 20 + 5;
        var (normalized, statistics) = norm.Normalize(series);
        Tensors.AssertClose(series, norm.Denormalize(normalized, statistics), 1e-4);
    }, runs: 30);

    [Fact]
    public void TheLastValueIsDifferentiatedThrough()
    {
        using var scope = new TensorScope();
        var series = Tensors.Normal(2, 2, 4, 3);
        series.RequiresGrad = true;
        var norm = new ReversibleInstanceNorm(WindowCentre.Last);
        var (normalized, statistics) = norm.Normalize(series);
        norm.Denormalize(normalized[.., ..1], statistics).Sum().Backward();
        // Normalised and put back, the first value is itself again: nothing of the last one is left in it.
        Tensors.AssertClose([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], series.Grad![0], 1e-6);
    }

    [Fact]
    public void MeanAndDeviationAreConstantsToTheBackwardPass()
    {
        using var scope = new TensorScope();
        var series = Tensors.Normal(2, 2, 7, 3);
        series.RequiresGrad = true;
        var norm = new ReversibleInstanceNorm();
        var (normalized, statistics) = norm.Normalize(series);
        Assert.False(statistics.Centre.RequiresGrad);
        Assert.False(statistics.Deviation.RequiresGrad);
        normalized.Sum().Backward();
        Tensors.AssertClose((1 / statistics.Deviation).Expand([-1, 7, -1]), series.Grad!, 1e-6);
    }

    [Fact]
    public void WeightsHaveSlopesBothWays()
    {
        var norm = new ReversibleInstanceNorm(3L, WindowCentre.Last);
        norm.To(DType.Float64);
        var series = Tensors.Normal64(4, 2, 5, 3);
        FiniteDifferences.AssertGradients(norm.Parameters(), () =>
        {
            var (normalized, statistics) = norm.Normalize(series);
            return norm.Denormalize(normalized.Square(), statistics).Square().Sum() + normalized.Pow(3).Sum();
        }, 1e-6);
    }

    [Fact]
    public void WithoutWeightsThereIsNothingToTrain() => Assert.Empty(new ReversibleInstanceNorm().Parameters());
}
