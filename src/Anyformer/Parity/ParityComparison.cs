using Anyformer.Torch;

namespace Anyformer.Parity;

/// <summary>Compares tensors with <c>|a - b| &lt;= absolute + relative |b|</c> everywhere, and collects what does not hold.</summary>
internal sealed class ParityComparison(double absolute, double relative)
{
    private readonly List<string> _failures = [];

    internal IReadOnlyList<string> Failures => _failures;

    internal double LargestError { get; private set; }

    internal void Fail(string reason) => _failures.Add(reason);

    internal void Compare(string kind, IReadOnlyDictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> actual)
    {
        foreach (var (name, reference) in expected)
        {
            if (actual.TryGetValue(name, out var computed))
                Compare($"{kind} {name}", reference, computed);
            else
                Fail($"{kind} {name} was not computed");
        }
    }

    private void Compare(string what, Tensor expected, Tensor actual)
    {
        if (!expected.Shape.SequenceEqual(actual.Shape))
        {
            Fail($"{what} has shape [{string.Join(", ", actual.Shape)}], expected [{string.Join(", ", expected.Shape)}]");
            return;
        }

        var reference = expected.Detach().To(DType.Float64).ToArray<double>();
        var computed = actual.Detach().To(DType.Float64).ToArray<double>();
        var (worst, excess) = (0, double.NegativeInfinity);
        for (var i = 0; i < reference.Length; i++)
        {
            var difference = Difference(reference[i], computed[i]);
            LargestError = Math.Max(LargestError, difference);
            // What is not finite has no magnitude to allow a share of.
            var over = double.IsFinite(reference[i]) ? difference - (absolute + relative * Math.Abs(reference[i])) : difference;
            if (over > excess)
                (worst, excess) = (i, over);
        }

        if (excess > 0)
            Fail($"{what} differs at element {worst}: {computed[worst]:G9}, expected {reference[worst]:G9}");
    }

    /// <summary>Infinities and undefined values agree only with themselves.</summary>
    private static double Difference(double expected, double actual) =>
        expected.Equals(actual) ? 0 : double.IsFinite(expected) && double.IsFinite(actual) ? Math.Abs(expected - actual) : double.PositiveInfinity;
}
