using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Torch.Tests;

public class TorchParallelTests
{
    [Fact]
    public void VisitsEveryPositionOnce() => Property.Holds(Gen.Choose(0, 5000).Two(), sizes =>
    {
        var visits = new int[sizes.Item1];
        TorchParallel.For(sizes.Item1, 1 + sizes.Item2, (begin, end) =>
        {
            for (var i = begin; i < end; i++)
                Interlocked.Increment(ref visits[i]);
        });
        Assert.All(visits, count => Assert.Equal(1, count));
    });

    [Fact]
    public void WhatTheBodyThrowsIsThrownToTheCaller()
    {
        var thrown = Assert.Throws<InvalidOperationException>(() => TorchParallel.For(100, 1, (begin, _) =>
        {
            if (begin == 0)
                throw new InvalidOperationException("in the loop");
        }));
        Assert.Equal("in the loop", thrown.Message);
    }
}
