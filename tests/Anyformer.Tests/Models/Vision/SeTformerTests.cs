using Anyformer.Models.Vision;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Vision;

[Collection(DefaultGenerator.Name)]
public sealed class SeTformerTests
{
    private static readonly ImageShape s_shape = new(1, 28, 28, 2);

    [Fact]
    public void OptionsThatDoNotFitAreRefused()
    {
        var small = SeTformerOptions.Presets["small-images"];
        string Message(SeTformerOptions options) => Assert.Throws<UserException>(() => new SeTformer(s_shape, options)).Message;
        Assert.Equal("Every stage has a depth, heads and references: found 3 depths, 1 heads and 3 references.", Message(small with { Heads = [1] }));
        Assert.Equal("References of an image must be a square number, found 7.", Message(small with { References = [4, 7, 4] }));
    }

    [Fact]
    public void ImagesOfOtherSizesAreRefused()
    {
        using var scope = new TensorScope();
        var model = new SeTformer(s_shape, SeTformerOptions.Presets["small-images"]);
        Assert.Equal("The model is built for images of 28 by 28, found 28 by 30.",
            Assert.Throws<UserException>(() => model.Call(Tensors.Normal(1, 1, 1, 28, 30))).Message);
    }
}
