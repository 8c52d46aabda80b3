using Anyformer.Data.Sequences.ListOps;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Data.Sequences.ListOps;

public sealed class ListOpsGeneratorTests
{
    [Fact]
    public void DrawsWhatThePaperDraws()
    {
        const int count = 4000;
        var generator = new ListOpsGenerator(seed: 1, maxDepth: 10, maxArguments: 10, above: 500, below: 2000);
        var samples = Enumerable.Range(0, count).Select(_ => generator.Next()).ToArray();
        Assert.InRange(count / (double)generator.Drawn, 0.07, 0.09);
        var lengths = samples.Select(sample => (double)sample.Symbols.Length).ToArray();
        // The same algorithm with Python's generator: 8.05 % of the draws are kept, mean length 1043, deviation 398.
        Assert.InRange(lengths.Average(), 1020, 1065);
        Assert.InRange(Math.Sqrt(lengths.Average(length => length * length) - Math.Pow(lengths.Average(), 2)), 380, 415);
        double Share(int label) => samples.Count(sample => sample.Label == label) / (double)count;
        Assert.InRange(Share(0), 0.14, 0.19);
        Assert.InRange(Share(9), 0.14, 0.19);
        Assert.All(Enumerable.Range(1, 8), label => Assert.InRange(Share(label), 0.06, 0.11));
        Assert.Equal(count, samples.Select(sample => ListOpsSymbols.Text(sample.Symbols)).Distinct().Count());
    }

    [Fact]
    public void ValuesAreThoseOfTheExpressions() => Property.Holds(
        Gen.Choose(2, 8).Zip(Gen.Choose(2, 6)).Zip(Gen.Choose(20, 80)).Zip(Gen.Choose(0, 1000)),
        drawn =>
        {
            var (((depth, arguments), below), seed) = drawn;
            var generator = new ListOpsGenerator(seed, Math.Max(3, depth), Math.Max(4, arguments), 2, below);
            for (var i = 0; i < 20; i++)
            {
                var sample = generator.Next();
                Assert.InRange(sample.Symbols.Length, 3, below - 1);
                Assert.Equal(ListOpsExpression.Value(sample.Symbols), sample.Label);
                Assert.InRange(Depth(sample.Symbols), 1, Math.Max(3, depth));
            }
        });

    [Fact]
    public void TheSeedDecidesEverything()
    {
        static string First(long seed) => ListOpsSymbols.Text(new ListOpsGenerator(seed, 10, 10, 10, 60).Next().Symbols);
        Assert.Equal(First(3), First(3));
        Assert.NotEqual(First(3), First(4));
        // A data set must not change with a new version.
        Assert.StartsWith("[MIN 6 0 4 5 3 [MIN 0 0 9 8 8 4 5 [MAX 6 ", First(3));
    }

    [Fact]
    public void WhenThereAreNoMoreTreesItSaysSo()
    {
        var generator = new ListOpsGenerator(1, 2, 2, 2, 5);
        var sentence = Assert.Throws<UserException>(() => Enumerable.Range(0, 401).Select(_ => generator.Next()).ToArray()).Message;
        Assert.Equal("Of 20000 drawn ListOps trees none was new and had between 3 and 4 symbols; choose longer sequences, or fewer of them.", sentence);
    }

    private static int Depth(byte[] symbols)
    {
        var (depth, deepest) = (1, 1);
        foreach (var symbol in symbols)
            deepest = Math.Max(deepest, depth += ListOpsSymbols.IsOperator(symbol) ? 1 : symbol == ListOpsSymbols.Close ? -1 : 0);
        return deepest;
    }
}
