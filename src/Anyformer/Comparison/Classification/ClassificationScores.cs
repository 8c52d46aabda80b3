namespace Anyformer.Comparison.Classification;

/// <summary>
/// How well classes are told, from how often each was taken for which. The definitions are those of scikit-learn with its defaults: a class that is
/// neither there nor said does not count in means over classes, and what would be divided by zero is 0.
/// </summary>
public sealed class ClassificationScores
{
    private readonly double[] _right, _there, _said;

    /// <summary>The scores of a table of counts.</summary>
    /// <param name="confusion">How many samples of a class (row) were said to be of another (column), (classes, classes).</param>
    public ClassificationScores(long[,] confusion)
    {
        var classes = confusion.GetLength(0);
        Confusion = confusion;
        _right = [.. Enumerable.Range(0, classes).Select(index => (double)confusion[index, index])];
        _there = [.. Enumerable.Range(0, classes).Select(truth => Enumerable.Range(0, classes).Sum(said => (double)confusion[truth, said]))];
        _said = [.. Enumerable.Range(0, classes).Select(said => Enumerable.Range(0, classes).Sum(truth => (double)confusion[truth, said]))];
        Count = (long)_there.Sum();
    }

    /// <summary>How many samples of a class (row) were said to be of another (column).</summary>
    public long[,] Confusion { get; }

    /// <summary>How many samples there are.</summary>
    public long Count { get; }

    /// <summary>The share of right answers, from 0 to 1.</summary>
    public double Accuracy => Ratio(_right.Sum(), Count);

    /// <summary>The mean of <see cref="F1"/> over classes, from 0 to 1.</summary>
    public double MacroF1
    {
        get
        {
            int[] counted = [.. Enumerable.Range(0, _there.Length).Where(index => _there[index] + _said[index] > 0)];
            return Ratio(counted.Sum(F1), counted.Length);
        }
    }

    /// <summary>The mean of <see cref="F1"/> over classes, each weighted by how many samples there are of it, from 0 to 1.</summary>
    public double WeightedF1 => Ratio(Enumerable.Range(0, _there.Length).Sum(index => _there[index] * F1(index)), Count);

    /// <summary>
    /// The correlation of what is and what was said, from -1 to 1: Matthews' coefficient of two classes, and its generalisation to several (Gorodkin 2004,
    /// Comparing two K-category assignments by a K-category correlation coefficient, equation 8).
    /// </summary>
    public double MatthewsCorrelation
    {
        get
        {
            double all = Count;
            var covariance = _right.Sum() * all - _there.Zip(_said, (there, said) => there * said).Sum();
            var (spreadThere, spreadSaid) = (all * all - _there.Sum(count => count * count), all * all - _said.Sum(count => count * count));
            return Ratio(covariance, Math.Sqrt(spreadThere * spreadSaid));
        }
    }

    /// <summary>The harmonic mean of a class's precision and recall, from 0 to 1.</summary>
    /// <param name="index">The number of the class.</param>
    public double F1(int index) => Ratio(2 * _right[index], _there[index] + _said[index]);

    private static double Ratio(double value, double of) => of == 0 ? 0 : value / of;
}
