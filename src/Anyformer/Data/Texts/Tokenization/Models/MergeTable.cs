namespace Anyformer.Data.Texts.Tokenization.Models;

/// <summary>Which pairs of tokens merge to which token, and which pair goes first.</summary>
internal sealed class MergeTable
{
    private readonly Dictionary<ulong, Merge> _merges;

    /// <summary>A table of merges in order of their rank.</summary>
    internal MergeTable(IReadOnlyList<(int Left, int Right, int Merged)> merges)
    {
        _merges = new Dictionary<ulong, Merge>(merges.Count);
        // A pair that is named twice has its later rank.
        foreach (var (rank, (left, right, merged)) in merges.Index())
            _merges[Key(left, right)] = new Merge(rank, merged);
    }

    /// <summary>The pairs by rank.</summary>
    internal IEnumerable<(int Left, int Right)> Pairs =>
        _merges.OrderBy(entry => entry.Value.Rank).Select(entry => ((int)(entry.Key >> 32), (int)(uint)entry.Key));

    /// <summary>What a pair merges to.</summary>
    internal bool TryGet(int left, int right, out Merge merge) => _merges.TryGetValue(Key(left, right), out merge);

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    /// <summary>A merge.</summary>
    /// <param name="Rank">Its place among all: the lowest goes first.</param>
    /// <param name="Merged">The token that the pair becomes.</param>
    internal readonly record struct Merge(int Rank, int Merged);
}
