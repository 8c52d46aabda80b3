using Anyformer.Tasks;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks;

public sealed class LikeliestClassesTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void EachRowHasItsOwnOrderAndNoMoreThanThereAre(int count)
    {
        using var scope = new TensorScope();
        double[] shares = [0.2, 0.5, 0.3, 0.6, 0.1, 0.3];
        var scores = Tensor.From(shares, 2, 3).Log() + 7;
        var rows = LikeliestClasses.Of(scores, ["a", "b", "c"], count);
        (string, double)[][] expected = [[("b", 0.5), ("c", 0.3), ("a", 0.2)], [("a", 0.6), ("c", 0.3), ("b", 0.1)]];
        Assert.Equal(2, rows.Count);
        for (var row = 0; row < 2; row++)
        {
            Assert.Equal(expected[row].Take(count).Select(answer => answer.Item1), rows[row].Select(answer => answer.Class));
            Assert.All(rows[row].Zip(expected[row]), pair => Assert.Equal(pair.Second.Item2, pair.First.Probability, 1e-12));
        }
    }
}
