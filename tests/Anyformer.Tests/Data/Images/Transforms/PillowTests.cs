using Anyformer.Data.Images.Transforms;
using Anyformer.Torch;

namespace Anyformer.Tests.Data.Images.Transforms;

/// <summary>Operations on one drawn image of 4 x 5 pixels, against what Pillow 9.4 makes of it.</summary>
public sealed class PillowTests
{
    private static readonly byte[] s_fill = [1, 2, 3];

    private static readonly byte[] s_image =
    [
        202, 97, 51, 100, 88, 204, 195, 102, 145, 112, 59, 172, 39, 62, 193, 58, 158, 163, 109, 72,
        77, 133, 66, 118, 69, 118, 55, 39, 109, 129, 177, 197, 215, 61, 144, 64, 194, 68, 162, 216,
        147, 39, 117, 170, 117, 111, 107, 178, 205, 207, 177, 62, 157, 181, 213, 158, 83, 47, 135, 61,
    ];

    [Fact]
    public void AutoContrast() => Same(RandAugment.AutoContrast, 0,
    [
        251, 89, 18, 94, 75, 254, 241, 97, 163, 112, 30, 205, 0, 35, 237, 29, 183, 191, 108, 50, 54, 135, 38, 113, 43, 113, 23, 0, 100, 129,
        198, 227, 253, 31, 151, 36, 223, 41, 177, 254, 158, 0, 114, 191, 114, 105, 99, 203, 243, 246, 202, 33, 172, 208, 254, 174, 64, 11, 140, 32,
    ]);

    [Fact]
    public void EqualizeLeavesFewPixels() => Same(RandAugment.Equalize, 0, s_image);

    [Fact]
    public void Posterize() => Same(image => RandAugment.Posterize(image, 1), 0, [.. s_image.Select(level => (byte)(level < 128 ? 0 : 128))]);

    [Fact]
    public void Solarize() => Same(image => RandAugment.Solarize(image, 100), 0, [.. s_image.Select(level => (byte)(level < 100 ? level : 255 - level))]);

    [Fact]
    public void AddBelowHalf() => Same(image => RandAugment.AddBelowHalf(image, 99), 0, [.. s_image.Select(level => (byte)(level < 128 ? level + 99 : level))]);

    [Fact]
    public void Saturation() => Same(image => Enhancement.Saturation(image, 1.81), 1,
    [
        255, 84, 38, 84, 94, 253, 255, 124, 156, 94, 0, 170, 0, 51, 214, 45, 147, 218, 81, 4, 40, 150, 65, 117, 60, 97, 16, 10, 91, 125,
        205, 215, 255, 49, 125, 56, 212, 46, 177, 255, 167, 0, 157, 211, 146, 85, 110, 255, 255, 255, 205, 0, 157, 255, 250, 226, 11, 8, 128, 0,
    ]);

    [Fact]
    public void Contrast() => Same(image => Enhancement.Contrast(image, 0.3), 1,
    [
        146, 114, 100, 115, 111, 146, 143, 116, 128, 119, 103, 137, 97, 104, 143, 102, 132, 134, 118, 107, 108, 125, 105, 120, 106, 120, 101, 97, 118, 124,
        138, 144, 149, 103, 128, 104, 143, 105, 134, 150, 129, 97, 120, 136, 120, 118, 117, 138, 146, 147, 138, 104, 132, 139, 149, 132, 110, 99, 125, 103,
    ]);

    [Fact]
    public void Brightness() => Same(image => Enhancement.Brightness(image, 1.6), 1,
    [
        255, 155, 81, 160, 140, 255, 255, 163, 232, 179, 94, 255, 62, 99, 255, 92, 252, 255, 174, 115, 123, 212, 105, 188, 110, 188, 88, 62, 174, 206,
        255, 255, 255, 97, 230, 102, 255, 108, 255, 255, 235, 62, 187, 255, 187, 177, 171, 255, 255, 255, 255, 99, 251, 255, 255, 252, 132, 75, 216, 97,
    ]);

    [Fact]
    public void Sharpness() => Same(image => Enhancement.Sharpness(image, 1.7), 1,
    [
        202, 97, 51, 100, 88, 204, 229, 99, 167, 112, 59, 193, 0, 38, 193, 58, 158, 163, 109, 72, 77, 133, 66, 118, 69, 118, 23, 4, 110, 129,
        177, 232, 255, 28, 144, 64, 194, 68, 162, 216, 147, 39, 117, 170, 117, 111, 100, 199, 221, 207, 177, 34, 171, 194, 213, 158, 83, 47, 135, 61,
    ]);

    [Fact]
    public void RotateBilinear() => Same(image => Warp(image, AffineMap.Rotate(20, 4, 5), Interpolation.Bilinear), 0,
    [
        1, 70, 80, 109, 106, 181, 146, 107, 117, 169, 162, 173, 63, 76, 107, 58, 116, 155, 139, 1, 2, 94, 91, 105, 115, 95, 71, 55, 95, 139,
        134, 145, 206, 110, 172, 151, 157, 139, 108, 2, 3, 83, 148, 171, 186, 113, 102, 181, 197, 211, 129, 86, 141, 156, 124, 172, 115, 69, 84, 3,
    ]);

    [Fact]
    public void RotateBicubic() => Same(image => Warp(image, AffineMap.Rotate(20, 4, 5), Interpolation.Bicubic), 0,
    [
        1, 41, 76, 117, 88, 193, 141, 98, 124, 193, 161, 194, 60, 47, 108, 20, 115, 174, 162, 1, 2, 102, 88, 118, 112, 92, 40, 52, 84, 136,
        150, 139, 228, 98, 171, 151, 177, 147, 76, 2, 3, 53, 164, 178, 183, 106, 104, 191, 210, 240, 126, 80, 138, 154, 128, 199, 113, 48, 74, 3,
    ]);

    [Fact]
    public void ShearBilinear() => Same(image => Warp(image, AffineMap.ShearX(0.25), Interpolation.Bilinear), 0,
    [
        188, 91, 57, 98, 88, 200, 160, 118, 132, 112, 129, 88, 53, 143, 1, 145, 162, 115, 76, 1, 84, 124, 72, 111, 69, 94, 49, 65, 116, 129,
        189, 208, 118, 112, 2, 177, 83, 150, 209, 2, 133, 48, 123, 163, 117, 109, 133, 188, 205, 207, 105, 121, 172, 201, 3, 92, 51, 124, 70, 3,
    ]);

    [Fact]
    public void TranslateBicubic() => Same(image => Warp(image, AffineMap.Translate(0, -1.3), Interpolation.Bicubic), 0,
    [
        1, 1, 1, 1, 1, 201, 82, 43, 93, 84, 224, 168, 95, 143, 92, 102, 187, 42, 82, 187, 2, 2, 2, 2, 2, 70, 144, 69, 119, 60,
        97, 57, 21, 118, 108, 178, 149, 182, 59, 132, 3, 3, 3, 3, 3, 152, 29, 108, 164, 103, 112, 93, 162, 198, 179, 157, 76, 183, 197, 239,
    ]);

    private static Tensor Warp(Tensor image, AffineMap map, Interpolation interpolation) => AffineWarp.Apply(image, map, s_fill, interpolation);

    /// <summary>Pillow computes blends in single precision and cuts fractions off, so that a level may differ by one there.</summary>
    private static void Same(Func<Tensor, Tensor> operation, int tolerance, byte[] expected)
    {
        using var scope = new TensorScope();
        var image = Tensor.From(s_image, 3, 4, 5);
        var result = operation(image);
        Assert.Equal([3, 4, 5], result.Shape);
        foreach (var (i, level) in result.ToArray<byte>().Index())
            Assert.True(Math.Abs(level - expected[i]) <= tolerance, $"element {i} is {level}, expected {expected[i]}");
        Assert.Equal(s_image, image.ToArray<byte>());
    }
}
