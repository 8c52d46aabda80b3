using Anyformer.Attention;
using Anyformer.Positions;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Positions;

public sealed class DistanceBiasTests
{
    [Fact]
    public void EveryPairHasTheNumberOfItsDistance() => Property.Holds(
        from queries in Gen.Choose(1, 7) from keys in Gen.Choose(1, 7) from first in Gen.Choose(0, 9) select (queries, keys, first),
        size =>
        {
            using var scope = new TensorScope();
            var bias = new AlibiBias(new AttentionShape(2, 4), new AlibiBiasOptions()).Bias(size.queries, size.keys, size.first);
            var expected =
                from slope in new[] { 1 / 16.0, 1 / 256.0 }
                from query in Enumerable.Range(size.first, size.queries)
                from key in Enumerable.Range(0, size.keys)
                select -slope * Math.Abs(key - query);
            Assert.Equal([2L, size.queries, size.keys], bias.Shape);
            Tensors.AssertClose([.. expected], bias, 1e-7);
        });

    [Fact]
    public void SlopesOfHeadsThatAreNoPowerOfTwoComeFromBothPowersAround()
    {
        var slopes = new AlibiBias(new AttentionShape(6, 4), new AlibiBiasOptions()).Slopes;
        Tensors.AssertClose([0.25, 1 / 16.0, 1 / 64.0, 1 / 256.0, 0.5, 0.125], slopes);
    }

    [Fact]
    public void HeadsWithoutASlopeSeeEveryDistanceAlike()
    {
        using var scope = new TensorScope();
        var options = new AlibiBiasOptions { SlopedHeads = 1 };
        foreach (var bias in new DistanceBias[] { new AlibiBias(new AttentionShape(2, 4), options), new LearnedAlibiBias(new AttentionShape(2, 4), options) })
            Tensors.AssertClose([-1 / 256.0, 0, 0, 0], bias.Bias(1, 2));
        Assert.Equal("There cannot be more heads with a slope than heads, found 3 and 2.", Assert.Throws<UserException>(
            () => new AlibiBias(new AttentionShape(2, 4), new AlibiBiasOptions { SlopedHeads = 3 })).Message);
    }

    [Fact]
    public void BucketsOfT5()
    {
        using var scope = new TensorScope();
        // 8 buckets of one direction: 0 to 3 alone; up to 4 · 4^(1/4) = 5.66, 8, 11.3 and 16 together.
        var distances = Tensor.From<long>([0, -1, -3, -4, -5, -6, -7, -8, -11, -12, -15, -16, -99, 1, 9], 15);
        Assert.Equal([0.0, 1, 3, 4, 4, 5, 5, 6, 6, 7, 7, 7, 7, 0, 0], RelativeBuckets.Exponential(distances, 8, 16, bidirectional: false).Numbers());
        Assert.Equal([0.0, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 5, 7], RelativeBuckets.Exponential(distances, 8, 16, bidirectional: true).Numbers());
    }

    [Fact]
    public void BucketsOfDeberta()
    {
        using var scope = new TensorScope();
        // Middle 2, farthest 15: 2 + ceil(log(d / 2) / log(7.5)).
        var distances = Tensor.From<long>([-99, -15, -3, -2, 0, 1, 2, 3, 15, 99], 10);
        Assert.Equal([-3.0, -3, -3, -2, 0, 1, 2, 3, 3, 3], RelativeBuckets.Signed(distances, 4, 16).Numbers());
    }

    [Fact]
    public void T5LooksUpTheBucket()
    {
        using var scope = new TensorScope();
        var t5 = new T5Bias(new AttentionShape(1, 4), new T5BiasOptions { Buckets = 8, MaxDistance = 16 });
        var table = t5.Parameters().Single().Numbers();
        Tensors.AssertClose([table[1], table[0], table[5]], t5.Bias(1, 3, first: 1));
        Assert.Equal("8 buckets hold 2 single distances, so the farthest must be greater, found 2.", Assert.Throws<UserException>(
            () => new T5Bias(new AttentionShape(1, 4), new T5BiasOptions { Buckets = 8, MaxDistance = 2 })).Message);
    }

    [Fact]
    public void TheNetworkOfADynamicBiasSeesHowFarTheQueryLiesBehind()
    {
        using var scope = new TensorScope();
        var bias = new DynamicPositionBias(new AttentionShape(1, 4), new DynamicPositionBiasOptions { Width = 1, Depth = 1, LogDistance = true });
        bias.Load(new Dictionary<string, Tensor>
        {
            ["layers.0.map.weight"] = Functional.Ones([1, 1]),
            ["layers.0.map.bias"] = Functional.Zeros([1]),
            ["output.weight"] = Functional.Ones([1, 1]),
            ["output.bias"] = Functional.Zeros([1]),
        });
        static double Silu(double x) => x / (1 + Math.Exp(-x));
        Tensors.AssertClose([Silu(Math.Log(2)), 0, Silu(-Math.Log(2)), Silu(-Math.Log(3))], bias.Bias(1, 4, first: 1), 1e-6);
    }

    [Fact]
    public void TheMusicBiasIsTheProductWithTheVectorOfTheDistance() => Property.Holds(
        from queries in Gen.Choose(1, 6) from more in Gen.Choose(0, 4) from known in Gen.Choose(1, 12) select (queries, keys: queries + more, known),
        size =>
        {
            using var scope = new TensorScope();
            var bias = new MusicBias(new AttentionShape(2, 3, Tokens: size.known), new MusicBiasOptions());
            bias.To(DType.Float64);
            var vectors = bias.Parameters().Single();
            var queries = Tensors.Normal64(1, 1, 2, size.queries, 3);
            var scores = bias.RelativeScores(queries, size.keys);
            for (var head = 0; head < 2; head++)
                for (var i = 0; i < size.queries; i++)
                    for (var j = 0; j < size.keys; j++)
                    {
                        var back = i + size.keys - size.queries - j;
                        var expected = back < 0 ? 0
                            : (queries[0, head, i] * vectors[head, Math.Max(0, size.known - 1 - back)]).Sum().Item<double>();
                        Assert.Equal(expected, scores[0, head, i, j].Item<double>(), 1e-12);
                    }
        });
}
