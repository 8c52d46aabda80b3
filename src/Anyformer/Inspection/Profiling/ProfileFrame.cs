namespace Anyformer.Inspection.Profiling;

/// <summary>What a frame of a profile stands for.</summary>
public enum FrameKind
{
    /// <summary>The training step.</summary>
    Step,

    /// <summary>Forward, backward or update.</summary>
    Phase,

    /// <summary>A module of the model.</summary>
    Module,

    /// <summary>A function whose forward or backward pass is written in C#.</summary>
    Function,

    /// <summary>A node of the backward pass.</summary>
    Node,

    /// <summary>An operator of libtorch.</summary>
    Operator,
}

/// <summary>All calls of one name from one place, as a tree: what a flame picture shows. Sums over the recorded steps.</summary>
public sealed class ProfileFrame
{
    private readonly Dictionary<(FrameKind, string), ProfileFrame> _children = [];

    internal ProfileFrame(FrameKind kind, string name, string? path = null) => (Kind, Name, Path) = (kind, name, path);

    /// <summary>What it stands for.</summary>
    public FrameKind Kind { get; }

    /// <summary>What was called; of a module its path below that of the caller.</summary>
    public string Name { get; }

    /// <summary>Of a module, its path in the model; empty for the model itself.</summary>
    public string? Path { get; }

    /// <summary>How often.</summary>
    public long Calls { get; internal set; }

    /// <summary>Seconds with all that it called.</summary>
    public double Seconds => SelfSeconds + Children.Sum(child => child.Seconds);

    /// <summary>Seconds without what it called.</summary>
    public double SelfSeconds => 1e-9 * Own.Nanoseconds;

    /// <summary>What it called, in the order of the first calls.</summary>
    public IReadOnlyCollection<ProfileFrame> Children => _children.Values;

    /// <summary>What it took without what it called.</summary>
    internal FrameCost Own { get; set; }

    /// <summary>This frame and all below.</summary>
    internal IEnumerable<ProfileFrame> All() => _children.Values.SelectMany(child => child.All()).Prepend(this);

    /// <summary>What it took with all that it called.</summary>
    internal FrameCost Total() => All().Aggregate(default(FrameCost), (sum, frame) => sum + frame.Own);

    internal ProfileFrame Child(FrameKind kind, string name, string? path = null)
    {
        if (!_children.TryGetValue((kind, name), out var child))
            _children.Add((kind, name), child = new ProfileFrame(kind, name, path));
        return child;
    }
}
