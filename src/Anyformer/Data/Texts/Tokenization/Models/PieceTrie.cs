namespace Anyformer.Data.Texts.Tokenization.Models;

/// <summary>Texts with a number each, to be found at the beginning of another: a tree of UTF-16 code units.</summary>
internal sealed class PieceTrie
{
    private const int Root = 0;

    // One table for all nodes: a node has few children, and most texts few nodes of their own.
    private readonly Dictionary<ulong, int> _children = [];
    private readonly List<int> _values = [-1];

    /// <summary>Adds a text, or changes its number.</summary>
    internal void Add(string text, int value)
    {
        var node = Root;
        foreach (var unit in text)
        {
            if (!_children.TryGetValue(Key(node, unit), out var child))
            {
                child = _values.Count;
                _children.Add(Key(node, unit), child);
                _values.Add(-1);
            }

            node = child;
        }

        _values[node] = value;
    }

    /// <summary>Goes over the texts that another begins with, from the shortest on.</summary>
    internal Prefixes PrefixesOf(ReadOnlySpan<char> text) => new(this, text);

    private static ulong Key(int node, char unit) => (ulong)(uint)node << 16 | unit;

    /// <summary>The texts that another begins with.</summary>
    internal ref struct Prefixes(PieceTrie trie, ReadOnlySpan<char> text)
    {
        private readonly ReadOnlySpan<char> _text = text;
        private int _node = Root;

        /// <summary>How long the text found is.</summary>
        internal int Length { get; private set; }

        /// <summary>Its number.</summary>
        internal int Value { get; private set; }

        /// <summary>Finds the next longer one.</summary>
        internal bool MoveNext()
        {
            while (Length < _text.Length && trie._children.TryGetValue(Key(_node, _text[Length]), out _node))
            {
                Length++;
                Value = trie._values[_node];
                if (Value >= 0)
                    return true;
            }

            return false;
        }
    }
}
