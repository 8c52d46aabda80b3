using Anyformer.Tasks;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Tasks;

public sealed class LengthBucketsTests
{
    [Fact]
    public void EverySampleComesOnceInAnEpoch() => Property.Holds(Gen.Choose(1, 500).Three(), drawn =>
    {
        var (samples, batchSize, seed) = drawn;
        var random = new Random(seed);
        int[] lengths = [.. Enumerable.Range(0, samples).Select(_ => random.Next(1, 50))];
        var buckets = new LengthBuckets(lengths, batchSize, seed);
        buckets.BeginEpoch(0);
        int[] seen = [.. Enumerable.Range(0, buckets.Count).SelectMany(batch => buckets[batch])];
        Assert.Equal(samples / buckets.BatchSize * buckets.BatchSize, seen.Length);
        Assert.Equal(seen.Length, seen.Distinct().Count());
        Assert.All(seen, sample => Assert.InRange(sample, 0, samples - 1));
    }, runs: 30);

    [Fact]
    public void SamplesOfABatchAreOfLikeLengths()
    {
        int[] lengths = [.. Enumerable.Range(0, 640).Select(sample => sample * 37 % 640)];
        var buckets = new LengthBuckets(lengths, 10, 1);
        buckets.BeginEpoch(0);
        Assert.All(Enumerable.Range(0, 64), batch => Assert.Equal(9, buckets[batch].Max(sample => lengths[sample]) - buckets[batch].Min(sample => lengths[sample])));
    }

    [Fact]
    public void TheOrderDependsOnSeedAndEpochAlone()
    {
        int[] lengths = [.. Enumerable.Range(0, 100).Select(sample => sample % 7)];
        string Order(long seed, int epoch)
        {
            var buckets = new LengthBuckets(lengths, 8, seed);
            buckets.BeginEpoch(epoch);
            return string.Join(' ', Enumerable.Range(0, buckets.Count).SelectMany(batch => buckets[batch]));
        }

        Assert.Equal(Order(1, 3), Order(1, 3));
        Assert.NotEqual(Order(1, 3), Order(1, 4));
        Assert.NotEqual(Order(1, 3), Order(2, 3));
    }
}
