namespace Anyformer.Data.Texts.Tokenization.Models;

/// <summary>Merges pairs of tokens within a word, the lowest rank first, the leftmost of equal ones, until none is left.</summary>
internal static class PairMerger
{
    /// <summary>Words of more tokens are merged with a heap: looking at all pairs each time would take the square of their number.</summary>
    private const int LongWord = 48;

    /// <summary>Merges in place.</summary>
    internal static void Merge(List<WordToken> word, MergeTable merges)
    {
        if (word.Count > LongWord)
            MergeLong(word, merges);
        else if (word.Count > 1)
            MergeShort(word, merges);
    }

    private static void MergeShort(List<WordToken> word, MergeTable merges)
    {
        // Each pair is looked up once, and again only when a neighbour changed.
        Span<MergeTable.Merge> pairs = stackalloc MergeTable.Merge[word.Count - 1];
        for (var i = 0; i < pairs.Length; i++)
            pairs[i] = Find(word, i, merges);
        while (true)
        {
            var best = 0;
            for (var i = 1; i < pairs.Length; i++)
                if (pairs[i].Rank < pairs[best].Rank)
                    best = i;
            if (pairs.IsEmpty || pairs[best].Rank == int.MaxValue)
                return;
            word[best] = Joined(word[best], word[best + 1], pairs[best].Merged);
            word.RemoveAt(best + 1);
            pairs[(best + 1)..].CopyTo(pairs[best..]);
            pairs = pairs[..^1];
            if (best > 0)
                pairs[best - 1] = Find(word, best - 1, merges);
            if (best < pairs.Length)
                pairs[best] = Find(word, best, merges);
        }
    }

    private static MergeTable.Merge Find(List<WordToken> word, int first, MergeTable merges) =>
        merges.TryGet(word[first].Id, word[first + 1].Id, out var merge) ? merge : new MergeTable.Merge(int.MaxValue, -1);

    private static void MergeLong(List<WordToken> word, MergeTable merges)
    {
        var list = new LinkedWord(word, merges);
        list.MergeAll();
        list.CopyTo(word);
    }

    private static WordToken Joined(WordToken left, WordToken right, int id) => new(id, left.Start, right.Start + right.Length - left.Start);

    /// <summary>A word as a doubly linked list, with the pairs that may merge in a heap; an entry that has become stale is passed over.</summary>
    private sealed class LinkedWord
    {
        private readonly WordToken[] _tokens;
        private readonly int[] _next;
        private readonly int[] _previous;
        private readonly MergeTable _merges;
        private readonly PriorityQueue<(int Left, int LeftId, int RightId, int Merged), (int Rank, int Place)> _queue = new();

        internal LinkedWord(List<WordToken> word, MergeTable merges)
        {
            (_tokens, _merges) = ([.. word], merges);
            _next = [.. Enumerable.Range(1, word.Count)];
            _previous = [.. Enumerable.Range(-1, word.Count)];
            for (var i = 0; i < word.Count; i++)
                Offer(i);
        }

        internal void MergeAll()
        {
            while (_queue.TryDequeue(out var entry, out _))
            {
                var (left, leftId, rightId, merged) = entry;
                var right = _next[left];
                if (_tokens[left].Length == 0 || right >= _tokens.Length || _tokens[left].Id != leftId || _tokens[right].Id != rightId)
                    continue;
                _tokens[left] = Joined(_tokens[left], _tokens[right], merged);
                _tokens[right] = default;
                _next[left] = _next[right];
                if (_next[left] < _tokens.Length)
                    _previous[_next[left]] = left;
                Offer(left);
                if (_previous[left] >= 0)
                    Offer(_previous[left]);
            }
        }

        internal void CopyTo(List<WordToken> word)
        {
            word.Clear();
            for (var i = 0; i < _tokens.Length; i = _next[i])
                word.Add(_tokens[i]);
        }

        private void Offer(int left)
        {
            var right = _next[left];
            if (right < _tokens.Length && _merges.TryGet(_tokens[left].Id, _tokens[right].Id, out var merge))
                _queue.Enqueue((left, _tokens[left].Id, _tokens[right].Id, merge.Merged), (merge.Rank, left));
        }
    }
}
