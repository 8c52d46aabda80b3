using Anyformer.Data.Sequences;

namespace Anyformer.Data;

/// <summary>Holds out a share of every class, the same samples for the same seed.</summary>
internal static class StratifiedSplit
{
    /// <summary>Which samples are held out; every class that has two samples or more has one at least on each side.</summary>
    /// <param name="labels">The class of each sample.</param>
    /// <param name="share">What is held out of every class, rounded.</param>
    /// <param name="seed">Decides which.</param>
    internal static bool[] HoldOut(IReadOnlyList<int> labels, double share, long seed)
    {
        var held = new bool[labels.Count];
        foreach (var members in Enumerable.Range(0, labels.Count).GroupBy(sample => labels[sample]))
        {
            int[] indices = [.. members];
            var order = new SplitMix(seed, members.Key).Permutation(indices.Length);
            var count = Math.Min(Math.Max(1, (int)Math.Round(share * indices.Length)), indices.Length - 1);
            foreach (var place in order[..count])
                held[indices[place]] = true;
        }

        return held;
    }
}
