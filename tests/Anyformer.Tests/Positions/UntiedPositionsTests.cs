using Anyformer.Attention;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Tests.Positions;

public sealed class UntiedPositionsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public void TheClassTokenIsAsNearToOneTokenAsToAnyOther(int buckets)
    {
        using var scope = new TensorScope();
        var positions = new UntiedPositions(new AttentionShape(2, 3), new UntiedPositionsOptions { Tokens = 9, Buckets = buckets, MaxDistance = 16 });
        var bias = positions.Bias(6, 6);
        Assert.Equal([2L, 6, 6], bias.Shape);
        Tensors.AssertSame(bias[.., ..1, ..1].Expand([2, 1, 6]).Contiguous(), bias[.., ..1]);
        Tensors.AssertSame(bias[.., 1..2, ..1].Expand([2, 5, 1]).Contiguous(), bias[.., 1.., ..1]);
        Assert.Equal(25, bias[0, 1.., 1..].Numbers().Distinct().Count());
    }

    [Fact]
    public void NumbersOfBucketsComeOnTopOfPositions()
    {
        using var scope = new TensorScope();
        UntiedPositions Build(int buckets) => new(new AttentionShape(1, 2), new UntiedPositionsOptions { Tokens = 4, Buckets = buckets, MaxDistance = 16 });
        var (absolute, relative) = (Build(0), Build(8));
        var state = relative.StateDict();
        absolute.Load(state.Where(item => item.Key != "table.weight").ToDictionary());
        var table = state["table.weight"].Numbers();
        // To the class token the number after the last bucket, from it one that no distance has; before the query from 0, after it from 4.
        double[] expected = [table[4], table[4], table[4], table[8], table[0], table[5], table[8], table[1], table[0]];
        Tensors.AssertClose(expected, relative.Bias(3, 3) - absolute.Bias(3, 3), 1e-5);
    }

    [Fact]
    public void MistakesAreNamed()
    {
        UntiedPositions Build(int buckets) => new(new AttentionShape(1, 2), new UntiedPositionsOptions { Tokens = 4, Buckets = buckets });
        Assert.Equal("The untied positions were built for 4 tokens, found 5.", Assert.Throws<UserException>(() => Build(0).Bias(5, 5)).Message);
        Assert.Equal("TUPE needs an even number of buckets, 4 or more, and a farthest distance greater than a quarter of them, found 7 buckets and a farthest "
            + "distance of 128.", Assert.Throws<UserException>(() => Build(7)).Message);
    }
}
