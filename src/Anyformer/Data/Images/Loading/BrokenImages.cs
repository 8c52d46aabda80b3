using System.Collections.Concurrent;
using Anyformer.Data.Images.Files;

namespace Anyformer.Data.Images.Loading;

/// <summary>
/// The images of a set that could not be decoded. They are not tried a second time: a decoder that gives up may keep the memory it had taken.
/// </summary>
public sealed class BrokenImages
{
    private readonly ConcurrentDictionary<int, BrokenImageException> _broken = new();

    /// <summary>How many were found so far.</summary>
    public int Count => _broken.Count;

    /// <summary>A sentence on each of those found so far, in the order of the set.</summary>
    public IReadOnlyList<string> Messages => [.. _broken.OrderBy(item => item.Key).Select(item => item.Value.Message)];

    internal bool Contains(int index) => _broken.ContainsKey(index);

    internal void Add(int index, BrokenImageException problem) => _broken.TryAdd(index, problem);
}
