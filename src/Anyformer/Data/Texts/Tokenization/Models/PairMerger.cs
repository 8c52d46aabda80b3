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
            MergeByHeap(word, (left, right) => merges.TryGet(left.Id, right.Id, out var merge) ? merge : null);
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

    /// <summary>Merges in place, in a time that grows little faster than the word.</summary>
    /// <param name="word">The tokens.</param>
    /// <param name="find">What a token and the one after it merge to; null when they do not.</param>
    internal static void MergeByHeap(List<WordToken> word, Func<WordToken, WordToken, MergeTable.Merge?> find)
    {
        var list = new LinkedWord(word, find);
        list.MergeAll();
        list.CopyTo(word);
    }

    private static WordToken Joined(WordToken left, WordToken right, int id) => new(id, left.Start, right.Start + right.Length - left.Start);

    /// <summary>A word as a doubly linked list, with the pairs that may merge in a heap; an entry that has become stale is passed over.</summary>
    private sealed class LinkedWord
    {
        private const int Gone = -2;
        private readonly WordToken[] _tokens;
        private readonly int[] _next;
        private readonly int[] _previous;
        private readonly Func<WordToken, WordToken, MergeTable.Merge?> _find;
        private readonly PriorityQueue<(int Place, WordToken Left, WordToken Right, int Merged), (int Rank, int Place)> _queue = new();

        internal LinkedWord(List<WordToken> word, Func<WordToken, WordToken, MergeTable.Merge?> find)
        {
            (_tokens, _find) = ([.. word], find);
            _next = [.. Enumerable.Range(1, word.Count)];
            _previous = [.. Enumerable.Range(-1, word.Count)];
            for (var i = 0; i < word.Count; i++)
                Offer(i);
        }

        internal void MergeAll()
        {
            while (_queue.TryDequeue(out var entry, out _))
            {
                var (place, left, right, merged) = entry;
                var after = _next[place];
                if (_previous[place] == Gone || after >= _tokens.Length || _tokens[place] != left || _tokens[after] != right)
                    continue;
                _tokens[place] = Joined(left, right, merged);
                _previous[after] = Gone;
                _next[place] = _next[after];
                if (_next[place] < _tokens.Length)
                    _previous[_next[place]] = place;
                Offer(place);
                if (_previous[place] >= 0)
                    Offer(_previous[place]);
            }
        }

        internal void CopyTo(List<WordToken> word)
        {
            word.Clear();
            for (var i = 0; i < _tokens.Length; i = _next[i])
                word.Add(_tokens[i]);
        }

        private void Offer(int place)
        {
            var after = _next[place];
            if (after < _tokens.Length && _find(_tokens[place], _tokens[after]) is { } merge)
                _queue.Enqueue((place, _tokens[place], _tokens[after], merge.Merged), (merge.Rank, place));
        }
    }
}
