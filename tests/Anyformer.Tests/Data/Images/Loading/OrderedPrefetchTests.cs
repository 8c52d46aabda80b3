using Anyformer.Data.Images.Loading;

namespace Anyformer.Tests.Data.Images.Loading;

public sealed class OrderedPrefetchTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 9)]
    public void ThingsComeInOrderAndNeverTooMany(int threads, int ahead)
    {
        var (alive, most) = (0, 0);
        Thing Make(int number)
        {
            var now = Interlocked.Increment(ref alive);
            InterlockedMax(ref most, now);
            Thread.Sleep(number % 3);
            return new Thing(number, () => Interlocked.Decrement(ref alive));
        }

        using (var prefetch = new OrderedPrefetch<Thing>(2, 40, Make, threads, ahead, () => { }))
            for (var i = 2; i < 40; i++)
            {
                Assert.Equal(i, prefetch.Next);
                using var thing = prefetch.Take();
                Assert.Equal(i, thing.Number);
            }

        Assert.Equal(0, alive);
        Assert.InRange(most, 1, ahead + 1);
    }

    [Fact]
    public void WhatIsThrownComesOutInItsPlace()
    {
        using var prefetch = new OrderedPrefetch<Thing>(
            0, 5, number => number == 2 ? throw new UserException("two") : new Thing(number, () => { }), 2, 3, () => { });
        Assert.Equal([0, 1], [prefetch.Take().Number, prefetch.Take().Number]);
        Assert.Equal("two", Assert.Throws<UserException>(() => prefetch.Take()).Message);
        Assert.Equal([3, 4], [prefetch.Take().Number, prefetch.Take().Number]);
        Assert.Throws<InvalidOperationException>(() => prefetch.Take());
    }

    [Fact]
    public void DisposalStopsTheThreadsAndFreesWhatWaits()
    {
        var (made, alive) = (0, 0);
        var prefetch = new OrderedPrefetch<Thing>(
            0, 1000, number =>
            {
                Interlocked.Increment(ref made);
                Interlocked.Increment(ref alive);
                return new Thing(number, () => Interlocked.Decrement(ref alive));
            }, 3, 4, () => { });
        prefetch.Take().Dispose();
        prefetch.Dispose();
        Assert.Equal(0, alive);
        Assert.InRange(made, 1, 6);
        Assert.Throws<ObjectDisposedException>(() => prefetch.Take());
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target))
            if (Interlocked.CompareExchange(ref target, value, seen) == seen)
                return;
    }

    private sealed record Thing(int Number, Action Freed) : IDisposable
    {
        public void Dispose() => Freed();
    }
}
