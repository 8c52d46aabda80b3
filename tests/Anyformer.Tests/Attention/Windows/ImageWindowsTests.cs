using Anyformer.Attention.Windows;
using Anyformer.Torch;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Windows;

public sealed class ImageWindowsTests
{
    [Fact]
    public void WindowsFollowEachOtherRowByRowWithZerosBelowAndRight()
    {
        using var scope = new TensorScope();
        var maps = Tensor.From<float>([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
        var windows = new ImageWindows(2, 2).Split(maps);
        Assert.Equal([4L, 2, 2, 1], windows.Shape);
        Assert.Equal([1, 2, 4, 5, 3, 0, 6, 0, 7, 8, 0, 0, 9, 0, 0, 0], windows.Numbers());
    }

    [Fact]
    public void JoiningUndoesSplitting() => Property.Holds(Gen.Choose(1, 9).Four(), drawn =>
    {
        using var scope = new TensorScope();
        var (height, width, windowHeight, windowWidth) = drawn;
        var maps = Tensors.Normal(1, 2, height, width, 3);
        var windows = new ImageWindows(windowHeight, windowWidth);
        Tensors.AssertSame(maps, windows.Join(windows.Split(maps), height, width));
    });
}
