using System.Collections;

namespace Anyformer.Checkpoints.Pickle;

/// <summary>
/// A Python dictionary out of a pickle: its items in the order of the file. Items with a text key are also found by that key; other keys
/// (numbers, tuples) are left as they came, so that a file cannot choose keys that are slow to compare.
/// </summary>
public sealed class PickledDictionary : IReadOnlyList<KeyValuePair<object?, object?>>
{
    private readonly List<KeyValuePair<object?, object?>> _items = [];
    private Dictionary<string, int>? _places;

    internal PickledDictionary() { }

    /// <summary>Number of items.</summary>
    public int Count => _items.Count;

    /// <summary>
    /// What was set on the object in Python besides its items, or null: the <c>_metadata</c> of a module's state dict, for one.
    /// </summary>
    public PickledDictionary? Attributes { get; internal set; }

    /// <summary>The item at a place in the order of the file.</summary>
    public KeyValuePair<object?, object?> this[int index] => _items[index];

    /// <summary>Finds the value of a text key.</summary>
    public bool TryGetValue(string key, out object? value)
    {
        var index = 0;
        var isThere = _places is not null && _places.TryGetValue(key, out index);
        value = isThere ? _items[index].Value : null;
        return isThere;
    }

    /// <summary>The items in the order of the file.</summary>
    public IEnumerator<KeyValuePair<object?, object?>> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds an item; as in Python, a text key that is there already keeps its place and takes the new value.</summary>
    internal void Set(object? key, object? value)
    {
        var item = KeyValuePair.Create(key, value);
        if (key is string text && !(_places ??= []).TryAdd(text, _items.Count))
            _items[_places[text]] = item;
        else
            _items.Add(item);
    }
}
