namespace Anyformer.Parity;

/// <summary>Runs the parity cases of a system that are lists of examples.</summary>
public abstract class ExamplesAdapter
{
    /// <summary>Computes every example and compares it.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="verdict">Where what was compared goes.</param>
    public abstract void Run(ParityExamples examples, ExamplesVerdict verdict);
}

/// <summary>What came of examples: how much was compared, and what differs.</summary>
public sealed class ExamplesVerdict
{
    private const int Shown = 5;
    private readonly List<string> _failures = [];

    /// <summary>How many values were compared.</summary>
    public int Compared { get; private set; }

    /// <summary>How many differ.</summary>
    public int Failed { get; private set; }

    /// <summary>The first of what differs, in words.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>Compares two values, which are told in words when they differ.</summary>
    /// <param name="what">What is compared.</param>
    /// <param name="expected">What the reference has, as text.</param>
    /// <param name="actual">What was computed, as text.</param>
    public void Compare(string what, string expected, string actual)
    {
        Compared++;
        if (string.Equals(expected, actual, StringComparison.Ordinal))
            return;
        Failed++;
        if (_failures.Count < Shown)
            _failures.Add($"{what} differs: {actual}, expected {expected}");
    }

    /// <summary>Notes something else that is wrong.</summary>
    public void Fail(string reason)
    {
        Failed++;
        _failures.Add(reason);
    }
}
