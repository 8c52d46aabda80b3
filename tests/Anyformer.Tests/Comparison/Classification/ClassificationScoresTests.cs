using Anyformer.Comparison.Classification;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Comparison.Classification;

public sealed class ClassificationScoresTests
{
    /// <summary>The examples in the documentation of scikit-learn's f1_score and matthews_corrcoef.</summary>
    [Fact]
    public void ExamplesOfScikitLearnComeOutAsThere()
    {
        var scores = Of(3, [0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1]);
        Assert.Equal(4.0 / 15, scores.MacroF1, 1e-12);
        Assert.Equal(4.0 / 15, scores.WeightedF1, 1e-12);
        Assert.Equal([0.8, 0.0, 0.0], Enumerable.Range(0, 3).Select(scores.F1));
        Assert.Equal(1.0 / 3, scores.Accuracy, 1e-12);
        Assert.Equal(-1.0 / 3, Of(2, [1, 1, 1, 0], [1, 0, 1, 1]).MatthewsCorrelation, 1e-12);
    }

    /// <summary>One class is there once, one is never said: precision 2/2 and 1/2, recall 2/3 and 1/1, worked out by hand.</summary>
    [Fact]
    public void UnevenClassesCountAsOftenAsTheyAreThere()
    {
        var scores = Of(3, [0, 0, 0, 1], [0, 0, 1, 1]);
        var (first, second) = (2 * 1.0 * (2.0 / 3) / (1 + 2.0 / 3), 2 * 0.5 * 1 / 1.5);
        Assert.Equal((first + second) / 2, scores.MacroF1, 1e-12);
        Assert.Equal((3 * first + second) / 4, scores.WeightedF1, 1e-12);
        Assert.Equal(1 / Math.Sqrt(3), scores.MatthewsCorrelation, 1e-12);
    }

    [Fact]
    public void NothingIsDividedByZero()
    {
        var scores = Of(2, [1, 1, 1], [1, 1, 1]);
        Assert.Equal((1.0, 1.0, 1.0, 0.0, 0.0), (scores.Accuracy, scores.MacroF1, scores.WeightedF1, scores.F1(0), scores.MatthewsCorrelation));
        var empty = Of(2, [], []);
        Assert.Equal((0.0, 0.0, 0.0, 0.0), (empty.Accuracy, empty.MacroF1, empty.WeightedF1, empty.MatthewsCorrelation));
    }

    /// <summary>F1 from precision and recall sample by sample; the correlation as Pearson's of all indicators of classes.</summary>
    [Fact]
    public void TheyAreWhatTheirDefinitionsSay() => Property.Holds(Gen.Choose(2, 5).Zip(Gen.Choose(1, 40)).Zip(Gen.Choose(0, 1 << 20)), drawn =>
    {
        var ((classes, samples), seed) = drawn;
        var random = new Random(seed);
        int[] Labels() => [.. Enumerable.Range(0, samples).Select(_ => random.Next(classes))];
        var (truth, said) = (Labels(), Labels());
        var scores = Of(classes, truth, said);
        var present = truth.Concat(said).Distinct().ToArray();
        double F1(int index)
        {
            double right = Enumerable.Range(0, samples).Count(i => truth[i] == index && said[i] == index);
            var (precision, recall) = (right / Math.Max(1, said.Count(label => label == index)), right / Math.Max(1, truth.Count(label => label == index)));
            return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
        }

        Assert.Equal(present.Average(F1), scores.MacroF1, 1e-9);
        Assert.Equal(truth.Average(F1), scores.WeightedF1, 1e-9);
        Assert.Equal(truth.Zip(said).Count(pair => pair.First == pair.Second) / (double)samples, scores.Accuracy, 1e-12);
        var spread = Math.Sqrt(Covariance(truth, truth, classes)) * Math.Sqrt(Covariance(said, said, classes));
        Assert.Equal(spread == 0 ? 0 : Covariance(truth, said, classes) / spread, scores.MatthewsCorrelation, 1e-9);
    });

    private static double Covariance(int[] left, int[] right, int classes) => Enumerable.Range(0, classes).Sum(index =>
    {
        var (a, b) = (left.Select(label => label == index ? 1.0 : 0).ToArray(), right.Select(label => label == index ? 1.0 : 0).ToArray());
        return a.Zip(b, (x, y) => (x - a.Average()) * (y - b.Average())).Sum();
    });

    private static ClassificationScores Of(int classes, int[] truth, int[] said)
    {
        var confusion = new long[classes, classes];
        foreach (var (right, answer) in truth.Zip(said))
            confusion[right, answer]++;
        return new ClassificationScores(confusion);
    }
}
