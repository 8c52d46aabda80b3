using Anyformer.Data.Images;
using Anyformer.Data.Images.Loading;
using Anyformer.Data.Images.Sets;
using Anyformer.Recipes.Options;
using Anyformer.Torch;

namespace Anyformer.Tests.Data.Images;

public sealed class ImageOptionsTests
{
    [Fact]
    public void OptionsAreWhatRecipesWrite()
    {
        foreach (var preset in ImageAugmentation.Presets.Values)
            Assert.Equal(preset, OptionBinder.Bind<ImageAugmentation>(OptionBinder.Write(preset)));
        foreach (var preset in ImagePreprocessing.Presets.Values)
            Assert.Equal(preset, OptionBinder.Bind<ImagePreprocessing>(OptionBinder.Write(preset)));
        var source = new ImageSource { Path = "photos", LabelColumn = LabelColumn.First };
        Assert.Equal(source, OptionBinder.Bind<ImageSource>(OptionBinder.Write(source)));
        var loading = new ImageLoading { Workers = 3, Strict = true };
        Assert.Equal(loading, OptionBinder.Bind<ImageLoading>(OptionBinder.Write(loading)));
    }

    [Theory]
    [InlineData(ImageNormalization.ImageNet, 3, new[] { -0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225 }, new[] { 0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225 })]
    [InlineData(ImageNormalization.Inception, 1, new[] { -1.0 }, new[] { 1.0 })]
    [InlineData(ImageNormalization.Mnist, 3, new[] { -0.1307 / 0.3081, -0.1307 / 0.3081, -0.1307 / 0.3081 }, new[] { 0.8693 / 0.3081, 0.8693 / 0.3081, 0.8693 / 0.3081 })]
    [InlineData(ImageNormalization.None, 1, new[] { 0.0 }, new[] { 1.0 })]
    public void LevelsAreBroughtToAScale(ImageNormalization normalization, int channels, double[] black, double[] white)
    {
        using var scope = new TensorScope();
        var levels = Functional.Cat([Functional.Zeros([1, channels, 1, 1], DType.UInt8), Functional.Full([1, channels, 1, 1], 255, DType.UInt8)]);
        Tensors.AssertClose([.. black, .. white], new ImageNormalizer(normalization, channels).Normalize(levels));
    }
}
