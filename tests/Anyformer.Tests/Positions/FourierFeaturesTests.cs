using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Tests.Positions;

public sealed class FourierFeaturesTests
{
    [Theory]
    [InlineData(4, 3, 3, 8.0)]
    [InlineData(1, 5, 1, 4.0)]
    [InlineData(2, 1, 4, 2.0)]
    public void EveryAxisHasSinesThenCosinesThenItself(int height, int width, int bands, double maxFrequency)
    {
        using var scope = new TensorScope();
        double Place(int i, int size) => size == 1 ? -1 : -1 + 2.0 * i / (size - 1);
        double Frequency(int band) => bands == 1 ? 1 : 1 + (maxFrequency / 2 - 1) * band / (bands - 1);
        double[] Axis(double place) =>
        [
            .. Enumerable.Range(0, bands).Select(band => Math.Sin(Math.PI * Frequency(band) * place)),
            .. Enumerable.Range(0, bands).Select(band => Math.Cos(Math.PI * Frequency(band) * place)),
            place,
        ];
        var expected =
            from row in Enumerable.Range(0, height)
            from column in Enumerable.Range(0, width)
            from feature in Axis(Place(row, height)).Concat(Axis(Place(column, width)))
            select feature;
        var features = FourierFeatures.Of([height, width], bands, maxFrequency, DType.Float64);
        Assert.Equal([height, width, (long)FourierFeatures.Count(2, bands)], features.Shape);
        Tensors.AssertClose([.. expected], features, 1e-12);
    }
}
