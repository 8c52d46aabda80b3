using Anyformer.Attention.Windows;
using Anyformer.Modules;
using Anyformer.Torch;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Windows;

[Collection(DefaultGenerator.Name)]
public sealed class ShiftedWindowsTests
{
    [Fact]
    public void WhatIsNotMixedComesBackToItsPlace() => Property.Holds(Gen.Choose(2, 9).Three(), drawn =>
    {
        using var scope = new TensorScope();
        var (height, width, window) = drawn;
        var maps = Tensors.Normal(1, 2, height, width, 3);
        Tensors.AssertSame(maps, new ShiftedWindows(window, window / 2, new Sequential()).Call(maps));
    }, runs: 40);

    [Fact]
    public void PlacesThatWereNotNeighboursAreMaskedFromEachOther()
    {
        using var scope = new TensorScope();
        // Two windows beside each other; in each the lower row came from above, in the right one the right column from the left.
        var mask = ShiftedWindows.Mask(height: 2, width: 4, window: 2, shift: 1);
        Assert.Equal([2L, 4, 4], mask.Shape);
        Assert.Equal([0, 0, -100, -100, 0, 0, -100, -100, -100, -100, 0, 0, -100, -100, 0, 0], mask[0].Numbers());
        Assert.Equal([0, -100, -100, -100, -100, 0, -100, -100, -100, -100, 0, -100, -100, -100, -100, 0], mask[1].Numbers());
    }

    [Fact]
    public void EachHeadHasABiasForEachDistance() => Property.Holds(Gen.Choose(1, 3).Two(), drawn =>
    {
        using var scope = new TensorScope();
        var (window, heads) = drawn;
        TorchRuntime.ManualSeed(1);
        var mask = Tensors.Normal64(2, 2, window * window, window * window);
        var attention = new WindowAttention(2 * heads, heads, window, mask);
        attention.To(DType.Float64);
        var (weights, windows) = (attention.StateDict(), Tensors.Normal64(3, 4, window, window, 2 * heads));
        var projected = Functional.Linear(windows.Flatten(1, 2), weights["input_projection.weight"], weights["input_projection.bias"]).Chunk(3, -1);
        var contexts = new List<Tensor>();
        for (var head = 0; head < heads; head++)
        {
            Tensor Head(Tensor tokens) => tokens.Narrow(2, 2 * head, 2);
            var scores = Head(projected[0]).MatMul(Head(projected[1]).Transpose(1, 2)) / Math.Sqrt(2) + mask.Repeat([2, 1, 1]);
            for (var from = 0; from < window * window; from++)
                for (var to = 0; to < window * window; to++)
                {
                    var (down, across) = (from / window - to / window + window - 1, from % window - to % window + window - 1);
                    scores[.., from, to] = scores[.., from, to] + weights["biases"][down * (2 * window - 1) + across, head];
                }

            contexts.Add(scores.Softmax(-1).MatMul(Head(projected[2])));
        }

        var expected = Functional.Linear(Functional.Cat([.. contexts], 2), weights["output_projection.weight"], weights["output_projection.bias"]);
        Tensors.AssertClose(expected.View([4, window, window, 2 * heads]), attention.Call(windows), 1e-10);
    }, runs: 9);

    [Fact]
    public void AStripeAsLargeAsTheMapSeesAllOfIt()
    {
        using var scope = new TensorScope();
        Tensor[] parts = [.. Enumerable.Range(1, 3).Select(seed => Tensors.Normal(seed, 2, 4, 3, 6))];
        MapBranch Branch(int height, int width)
        {
            TorchRuntime.ManualSeed(1);
            return new StripeBranch(6, 2, new ImageWindows(height, width), dropout: 0);
        }

        var whole = Branch(4, 3).Call(parts[0], parts[1], parts[2]);
        var halves = Branch(2, 3).Call(parts[0], parts[1], parts[2]);
        Tensor[] Upper() => [.. parts.Select(part => part.Narrow(1, 0, 2))];
        Tensors.AssertClose(Branch(2, 3).Call(Upper()[0], Upper()[1], Upper()[2]), halves.Narrow(1, 0, 2));
        Assert.True((whole - halves).Numbers().Max(Math.Abs) > 1e-3);
    }
}
