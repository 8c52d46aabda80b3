using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Tests.Positions;

public sealed class AxialPositionsTests
{
    [Fact]
    public void EveryAxisGivesAPiece()
    {
        using var scope = new TensorScope();
        var positions = new AxialPositions([2, 3], [1, 2]);
        positions.Load(new Dictionary<string, Tensor>
        {
            ["axes.0.weight"] = Tensor.From([1f, 2], 2, 1, 1),
            ["axes.1.weight"] = Tensor.From([10f, 11, 20, 21, 30, 31], 1, 3, 2),
        });
        Tensors.AssertClose([1, 10, 11, 1, 20, 21, 1, 30, 31, 2, 10, 11], positions.Call(4));
        Assert.Equal([6L, 3], positions.Call(6).Shape);
    }

    [Fact]
    public void WhatDoesNotFitIsOneSentence()
    {
        Assert.Equal("The axial positions are 2 · 3 = 6, found 7 tokens.", Assert.Throws<UserException>(() => new AxialPositions([2, 3], [1, 2]).Call(7)).Message);
        Assert.Equal("Axial positions need a width for every axis, found 2 axes and 1 widths.",
            Assert.Throws<UserException>(() => new AxialPositions([2, 3], [1])).Message);
    }
}
