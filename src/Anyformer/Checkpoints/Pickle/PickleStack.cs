using System.Runtime.InteropServices;

namespace Anyformer.Checkpoints.Pickle;

/// <summary>The unpickler's stack of values, with the marks that say where a run of items begins.</summary>
internal sealed class PickleStack
{
    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];

    public void Push(object? value) => _values.Add(value);

    public void Mark() => _marks.Add(_values.Count);

    /// <summary>The value on top. A mark is a floor: what lies below the last one is out of reach.</summary>
    public object? Peek() => _values.Count > Floor ? _values[^1] : throw new MalformedFileException("its pickle takes from an empty stack");

    public object? Pop()
    {
        var value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <summary>Takes the top value, which has to be of a kind.</summary>
    public T Pop<T>(string expected) => Pop() is T value ? value : throw Lacks(expected);

    /// <summary>The top value, which has to be of a kind.</summary>
    public T Peek<T>(string expected) => Peek() is T value ? value : throw Lacks(expected);

    /// <summary>Takes the top <paramref name="count"/> values, the lowest first.</summary>
    public object?[] Pop(int count)
    {
        if (_values.Count - count < Floor)
            throw new MalformedFileException("its pickle takes from an empty stack");
        var items = CollectionsMarshal.AsSpan(_values)[^count..].ToArray();
        _values.RemoveRange(_values.Count - count, count);
        return items;
    }

    /// <summary>Takes the last mark and the values above it, the lowest first.</summary>
    public object?[] PopToMark()
    {
        if (_marks.Count == 0)
            throw new MalformedFileException("its pickle ends a run of items that never began");
        var items = Pop(_values.Count - Floor);
        _marks.RemoveAt(_marks.Count - 1);
        return items;
    }

    private static MalformedFileException Lacks(string expected) => new($"its pickle lacks {expected} where one has to be");

    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];
}
