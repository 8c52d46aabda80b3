using System.Globalization;
using Anyformer.Checkpoints.Pickle;

namespace Anyformer.Checkpoints;

/// <summary>
/// Finds the dictionary of weights in what was saved, and flattens it. Dictionaries may share and even hold each other, so both the depth
/// and the names that are spelled out are bounded.
/// </summary>
internal sealed class StateDictCollector
{
    private const int DeepestNesting = 64;

    /// <summary>Characters of all names together, counting every item looked at as one at least: far more than any model has.</summary>
    private const long LongestNames = 1 << 24;

    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model"];

    private readonly OrderedDictionary<string, PickledTensor> _tensors = [];
    private long _budget = LongestNames;

    /// <summary>The dictionary under <paramref name="keys"/>, or inside the customary wrappers when there are none.</summary>
    public static PickledDictionary Find(object? root, ReadOnlySpan<string> keys)
    {
        var found = root as PickledDictionary ?? throw new MalformedFileException("what was saved is not a dictionary");
        foreach (var key in keys)
            found = Inner(found, key) ?? throw new MalformedFileException($"there is no dictionary under the key {Quoted.Name(key)}");
        if (keys.IsEmpty)
            for (var depth = 0; depth < DeepestNesting && Unwrapped(found) is { } inner; depth++)
                found = inner;
        return found;
    }

    /// <summary>The tensors in a dictionary and the dictionaries in it, by their joined names, in the order of the file.</summary>
    public static IReadOnlyDictionary<string, PickledTensor> Collect(PickledDictionary dictionary)
    {
        var collector = new StateDictCollector();
        collector.Collect(dictionary, prefix: "", depth: 0);
        return collector._tensors;
    }

    private static PickledDictionary? Unwrapped(PickledDictionary dictionary) =>
        Wrappers.Select(key => Inner(dictionary, key)).FirstOrDefault(inner => inner is not null);

    private static PickledDictionary? Inner(PickledDictionary dictionary, string key) =>
        dictionary.TryGetValue(key, out var value) ? value as PickledDictionary : null;

    private void Collect(PickledDictionary dictionary, string prefix, int depth)
    {
        if (depth > DeepestNesting)
            throw new MalformedFileException($"its dictionaries are nested more than {DeepestNesting} deep");
        foreach (var (key, value) in dictionary)
            if (value is PickledTensor tensor)
                Add(Name(prefix, key), tensor);
            else if (value is PickledDictionary inner)
                Collect(inner, Name(prefix, key) + ".", depth + 1);
            else
                Spend(1);
    }

    private void Add(string name, PickledTensor tensor)
    {
        if (!_tensors.TryAdd(name, tensor))
            throw new MalformedFileException($"two of its tensors would be named {Quoted.Name(name)}");
    }

    private string Name(string prefix, object? key)
    {
        var last = key switch
        {
            string text => text,
            long number => number.ToString(CultureInfo.InvariantCulture),
            _ => throw new MalformedFileException(
                $"a tensor or dictionary in {Quoted.Name(prefix)} has a key that is neither text nor a whole number"),
        };
        Spend(prefix.Length + last.Length + 1);
        return prefix + last;
    }

    private void Spend(long characters)
    {
        _budget -= characters;
        if (_budget < 0)
            throw new MalformedFileException("its nested dictionaries spell out too many names");
    }
}
