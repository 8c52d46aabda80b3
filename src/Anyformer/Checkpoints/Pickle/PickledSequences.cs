using System.Collections.ObjectModel;

namespace Anyformer.Checkpoints.Pickle;

/// <summary>A Python tuple, or a <c>torch.Size</c>, out of a pickle.</summary>
public sealed class PickledTuple : ReadOnlyCollection<object?>
{
    internal PickledTuple(IList<object?> items) : base(items) { }

    /// <summary>The tuple of no items.</summary>
    public static new PickledTuple Empty { get; } = new([]);
}

/// <summary>A Python set or frozenset out of a pickle, its items in the order of the file.</summary>
public sealed class PickledSet : ReadOnlyCollection<object?>
{
    internal PickledSet(IList<object?> items) : base(items) { }

    internal void Add(IEnumerable<object?> items)
    {
        foreach (var item in items)
            Items.Add(item);
    }
}
