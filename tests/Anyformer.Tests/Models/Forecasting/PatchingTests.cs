using Anyformer.Models.Forecasting;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Models.Forecasting;

public sealed class PatchingTests
{
    private static readonly Gen<(int Lookback, int Length, int Stride, PatchFit Fit)> s_sizes =
        from length in Gen.Choose(1, 9)
        from more in Gen.Choose(0, 20)
        from stride in Gen.Choose(1, 11)
        from fit in Gen.Elements(Enum.GetValues<PatchFit>())
        select (length + more, length, stride, fit);

    [Theory]
    [InlineData(PatchFit.RepeatLast, new[] { 0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 6, 6 })]
    [InlineData(PatchFit.DropLast, new[] { 0, 1, 2, 2, 3, 4, 4, 5, 6 })]
    public void CutsPatchesThatOverlap(PatchFit fit, int[] expected) => AssertPatches(7, 3, 2, fit, expected);

    [Theory]
    [InlineData(PatchFit.DropLast, new[] { 0, 1, 2, 3, 4, 5 })]
    [InlineData(PatchFit.DropFirst, new[] { 2, 3, 4, 5, 6, 7 })]
    [InlineData(PatchFit.RepeatLast, new[] { 0, 1, 2, 3, 4, 5, 6, 7, 7 })]
    public void LeavesStepsOut(PatchFit fit, int[] expected) => AssertPatches(8, 3, 3, fit, expected);

    [Theory]
    [InlineData(336, 42)]
    [InlineData(512, 64)]
    public void ThePublishedModelsAreNamedAfterTheirPatches(int lookback, int patches) =>
        Assert.Equal(patches, new Patching(lookback, 16, 8, PatchFit.RepeatLast).Count);

    [Fact]
    public void EveryPatchIsARunOfSteps() => Property.Holds(s_sizes, drawn =>
    {
        using var scope = new TensorScope();
        var (lookback, length, stride, fit) = drawn;
        var patching = new Patching(lookback, length, stride, fit);
        var series = Tensors.Normal(1, 2, lookback, 3);
        var patches = patching.Cut(series);
        Assert.Equal([2, 3, patching.Count, length], patches.Shape);
        var first = fit == PatchFit.DropFirst ? lookback - length - (patching.Count - 1) * stride : 0;
        for (var patch = 0; patch < patching.Count; patch++)
            for (var step = 0; step < length; step++)
                Tensors.AssertSame(series[.., Math.Min(first + patch * stride + step, lookback - 1)], patches[.., .., patch, step]);
    }, runs: 60);

    [Theory]
    [InlineData(5, PatchFit.DropLast, "The look-back must hold a patch of 9 steps, found a look-back of 5.")]
    [InlineData(5, PatchFit.RepeatLast, "The look-back must hold a patch of 9 steps, found a look-back of 5 and a stride of 3.")]
    public void APatchMustFit(int lookback, PatchFit fit, string message) =>
        Assert.Equal(message, Assert.Throws<UserException>(() => new Patching(lookback, 9, 3, fit)).Message);

    private static void AssertPatches(int lookback, int length, int stride, PatchFit fit, int[] expected)
    {
        using var scope = new TensorScope();
        var patching = new Patching(lookback, length, stride, fit);
        Assert.Equal(expected.Length / length, patching.Count);
        var patches = patching.Cut(Functional.Arange(lookback, DType.Float32).Reshape([1, lookback, 1]));
        Tensors.AssertClose([.. expected.Select(step => (double)step)], patches, 0);
    }
}
