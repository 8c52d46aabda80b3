using System.Runtime.InteropServices;

namespace Anyformer.Data.Texts.Tokenization.Training;

/// <summary>
/// Finds merges in words: the most frequent pair of neighbours becomes a token, again and again (arXiv 1508.07909). Counts are kept up to date where a
/// merge changes a word, and the next pair comes from a heap. Of equally frequent pairs the one with the lower ids goes first, so that the order of the
/// words does not matter.
/// </summary>
internal sealed class PairTrainer
{
    private readonly List<string> _tokens;
    private readonly Dictionary<string, int> _ids;
    private readonly Func<string, string, string> _join;
    private readonly (List<int> Symbols, long Count)[] _words;
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    // The words where a pair was seen: it may be gone from some of them since.
    private readonly Dictionary<(int Left, int Right), List<int>> _places = [];
    private readonly PriorityQueue<(int Left, int Right), (long NegativeCount, int Left, int Right)> _queue = new();

    /// <summary>A trainer on words.</summary>
    /// <param name="alphabet">The tokens that there are before any merge.</param>
    /// <param name="words">The words as ids of these tokens, and how often each occurs.</param>
    /// <param name="join">What two tokens are called when they become one.</param>
    internal PairTrainer(IEnumerable<string> alphabet, IEnumerable<(List<int> Symbols, long Count)> words, Func<string, string, string> join)
    {
        (_tokens, _join, _words) = ([.. alphabet], join, [.. words]);
        _ids = _tokens.Index().ToDictionary(item => item.Item, item => item.Index, StringComparer.Ordinal);
        for (var word = 0; word < _words.Length; word++)
            for (var i = 1; i < _words[word].Symbols.Count; i++)
                Add((_words[word].Symbols[i - 1], _words[word].Symbols[i]), _words[word].Count, word);
        foreach (var pair in _counts.Keys)
            Offer(pair);
    }

    /// <summary>The tokens by id, those of merges behind the others.</summary>
    internal IReadOnlyList<string> Tokens => _tokens;

    /// <summary>The merges in the order in which they were found.</summary>
    internal List<(string Left, string Right)> Merges { get; } = [];

    /// <summary>Merges until there are so many tokens, or no pair is frequent enough.</summary>
    internal void Train(int vocabulary, int minFrequency)
    {
        while (_tokens.Count < vocabulary && _queue.TryDequeue(out var pair, out var priority))
        {
            var count = _counts.GetValueOrDefault(pair);
            if (count != -priority.NegativeCount)
                Offer(pair);
            else if (count < minFrequency)
                return;
            else
                Merge(pair);
        }
    }

    private void Merge((int Left, int Right) pair)
    {
        Merges.Add((_tokens[pair.Left], _tokens[pair.Right]));
        var merged = IdOf(_join(_tokens[pair.Left], _tokens[pair.Right]));
        var changed = new HashSet<(int Left, int Right)>();
        foreach (var word in _places[pair].Distinct().ToArray())
            MergeIn(word, pair, merged, changed);
        _counts.Remove(pair);
        _places.Remove(pair);
        foreach (var other in changed)
            Offer(other);
    }

    /// <summary>Different pairs may make the same text: it is one token.</summary>
    private int IdOf(string token)
    {
        ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(_ids, token, out var isKnown);
        if (!isKnown)
        {
            id = _tokens.Count;
            _tokens.Add(token);
        }

        return id;
    }

    private void MergeIn(int word, (int Left, int Right) pair, int merged, HashSet<(int Left, int Right)> changed)
    {
        var (symbols, count) = _words[word];
        var written = 0;
        for (var read = 0; read < symbols.Count; read++)
        {
            if (read + 1 == symbols.Count || symbols[read] != pair.Left || symbols[read + 1] != pair.Right)
            {
                symbols[written++] = symbols[read];
                continue;
            }

            if (written > 0)
                Change((symbols[written - 1], pair.Left), (symbols[written - 1], merged));
            if (read + 2 < symbols.Count)
                Change((pair.Right, symbols[read + 2]), (merged, symbols[read + 2]));
            symbols[written++] = merged;
            read++;
        }

        symbols.RemoveRange(written, symbols.Count - written);

        void Change((int Left, int Right) old, (int Left, int Right) now)
        {
            Add(old, -count, null);
            Add(now, count, word);
            changed.Add(now);
        }
    }

    private void Add((int Left, int Right) pair, long count, int? word)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += count;
        if (word is { } place)
            (CollectionsMarshal.GetValueRefOrAddDefault(_places, pair, out _) ??= []).Add(place);
    }

    private void Offer((int Left, int Right) pair)
    {
        if (_counts.GetValueOrDefault(pair) is var count and > 0)
            _queue.Enqueue(pair, (-count, pair.Left, pair.Right));
    }
}
