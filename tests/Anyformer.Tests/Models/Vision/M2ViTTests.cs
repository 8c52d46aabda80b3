using Anyformer.Models.Vision;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Vision;

[Collection(DefaultGenerator.Name)]
public sealed class M2ViTTests
{
    [Fact]
    public void HasThePublishedSize()
    {
        using var scope = new TensorScope();
        Assert.Equal(45, Math.Round(new M2ViT(new ImageShape(3, 224, 224, 1000), new M2ViTOptions()).ParameterCount() / 1e6));
    }

    [Fact]
    public void SmallerImagesAreTakenAndLargerOnesRefused()
    {
        using var scope = new TensorScope();
        var model = new M2ViT(new ImageShape(1, 12, 12, 2), new M2ViTOptions { Patch = 4, Width = 8, Layers = 1, HiddenWidth = 8 });
        Assert.Equal([1L, 2], model.Call(Tensors.Normal(1, 1, 1, 12, 7)).Shape);
        Assert.Equal("Monarch Mixer is built for up to 9 tokens, found 12.",
            Assert.Throws<UserException>(() => model.Call(Tensors.Normal(1, 1, 1, 16, 12))).Message);
    }
}
