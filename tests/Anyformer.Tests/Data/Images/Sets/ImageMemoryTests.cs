using System.Collections.Immutable;
using Anyformer.Data.Images.Sets;
using Anyformer.Torch;

namespace Anyformer.Tests.Data.Images.Sets;

public sealed class ImageMemoryTests
{
    [Fact]
    public void ImagesAreKeptUpToABound()
    {
        using var scope = new TensorScope();
        var counted = new CountedImages();
        var memory = new ImageMemory(10 * 12 + 11);
        var kept = memory.Keep(counted);
        for (var epoch = 0; epoch < 3; epoch++)
            for (var i = 0; i < 16; i++)
                Tensors.AssertClose(Enumerable.Repeat((double)i, 12).ToArray(), kept.Read(i), 0);
        Assert.Equal(16 + 6 + 6, counted.Reads);
        Assert.Equal(120, memory.Used);
        Assert.Equal((16, 1, 3, "image 3"), (kept.Count, kept.Channels, kept.Label(3), kept.Name(3)));
    }

    [Fact]
    public void ManyThreadsKeepEachImageOnce()
    {
        var memory = new ImageMemory(1 << 20);
        var kept = memory.Keep(new CountedImages());
        Parallel.For(0, 200, i => kept.Read(i % 16).Dispose());
        Assert.Equal(16 * 12, memory.Used);
    }

    [Fact]
    public void WhatIsInMemoryIsNotKeptTwice()
    {
        var inMemory = new ImagesInMemory("m", [[1]], [0], (1, 1, 1), ["a"]);
        Assert.Same(inMemory, new ImageMemory(100).Keep(inMemory));
        var selected = inMemory.Select([0]);
        Assert.Same(selected, new ImageMemory(100).Keep(selected));
    }

    private sealed class CountedImages : ImageSet
    {
        private int _reads;

        public int Reads => _reads;

        public override int Count => 16;

        public override int Channels => 1;

        public override ImmutableArray<string> Classes => ["a"];

        public override int Label(int index) => index;

        public override string Name(int index) => $"image {index}";

        public override Tensor Read(int index)
        {
            Interlocked.Increment(ref _reads);
            return Functional.Full([1, 3, 4], index, DType.UInt8);
        }
    }
}
