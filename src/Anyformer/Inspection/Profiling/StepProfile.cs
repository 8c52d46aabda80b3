using System.Text.Json.Serialization;
using Anyformer.Modules;

namespace Anyformer.Inspection.Profiling;

/// <summary>Where the time and the memory of a training step go.</summary>
public sealed class StepProfile
{
    private readonly Dictionary<string, string> _types;

    internal StepProfile(int steps, double secondsUnrecorded, double managedBytes, MachinePeak peak, Module model, ProfileFrame root)
    {
        (Steps, SecondsUnrecorded, ManagedBytes, Peak, Root) = (steps, secondsUnrecorded, managedBytes, peak, root);
        _types = model.Modules().ToDictionary(item => item.Path, item => item.Module.GetType().Name);
        Phases = [.. root.Children.Where(frame => frame.Kind == FrameKind.Phase).Select(phase => new PhaseCost(phase.Name, phase.Seconds / steps, phase.Seconds / root.Seconds))];
        Operators = [.. root.All().GroupBy(Row).Where(group => group.Key.Name.Length > 0)
            .Select(group => OperatorOf(group.Key.Kind, group.Key.Name, [.. group])).OrderByDescending(cost => cost.Seconds)];
        Modules = [.. root.All().Where(frame => frame.Path is not null).Select(frame => frame.Path!).Distinct().Select(ModuleOf)];
    }

    /// <summary>Steps that were recorded; all else is of one step, their mean.</summary>
    public int Steps { get; }

    /// <summary>Seconds of a step while it was recorded.</summary>
    public double Seconds => Root.Seconds / Steps;

    /// <summary>Seconds of a step that was not, the median of as many: what recording costs is the difference.</summary>
    public double SecondsUnrecorded { get; }

    /// <summary>Bytes of managed memory that the thread allocated in a step that was not recorded.</summary>
    public double ManagedBytes { get; }

    /// <summary>Bytes of tensors that were allocated in a step.</summary>
    public double Allocated => (double)Root.Total().Allocated / Steps;

    /// <summary>Tensors that were allocated in a step.</summary>
    public double Allocations => (double)Root.Total().Allocations / Steps;

    /// <summary>Floating-point operations of the products of a step; what is computed in C# is not among them.</summary>
    public double Operations => (double)Root.Total().Operations / Steps;

    /// <summary>What the machine can do.</summary>
    public MachinePeak Peak { get; }

    /// <summary>Operations a second as a share of what the machine can do.</summary>
    public double ShareOfPeak => Operations / SecondsUnrecorded / Peak.OperationsPerSecond;

    /// <summary>Forward, backward, update.</summary>
    public IReadOnlyList<PhaseCost> Phases { get; }

    /// <summary>Operators, functions in C# and nodes, the most expensive first.</summary>
    public IReadOnlyList<OperatorCost> Operators { get; }

    /// <summary>The modules that were called, from the outside in.</summary>
    public IReadOnlyList<ModuleCost> Modules { get; }

    /// <summary>The tree of calls, summed over the steps.</summary>
    [JsonIgnore]
    public ProfileFrame Root { get; }

    /// <summary>What runs between operators in a phase or in a module is one row: C#, and the way into libtorch.</summary>
    private static (FrameKind Kind, string Name) Row(ProfileFrame frame) =>
        frame.Kind is FrameKind.Operator or FrameKind.Function or FrameKind.Node ? (frame.Kind, frame.Name) : (FrameKind.Step, "between operators");

    private OperatorCost OperatorOf(FrameKind kind, string name, ProfileFrame[] frames)
    {
        var own = frames.Aggregate(default(FrameCost), (sum, frame) => sum + frame.Own);
        var seconds = 1e-9 * own.Nanoseconds;
        return new OperatorCost(kind, name, (double)frames.Sum(frame => frame.Calls) / Steps, seconds / Steps, seconds / Root.Seconds, (double)own.Allocated / Steps,
            (double)own.Allocations / Steps, (double)own.Touched / Steps, (double)own.Operations / Steps, PeakShare(own, seconds));
    }

    private ModuleCost ModuleOf(string path)
    {
        ProfileFrame[] In(string phase) =>
            [.. Root.Children.Where(frame => frame.Name == phase).SelectMany(frame => frame.All()).Where(frame => frame.Path == path)];
        var (forward, backward) = (In("forward"), In("backward"));
        var total = forward.Concat(backward).Aggregate(default(FrameCost), (sum, frame) => sum + frame.Total());
        var seconds = 1e-9 * total.Nanoseconds;
        return new ModuleCost(path, _types[path], (double)forward.Sum(frame => frame.Calls) / Steps, forward.Sum(frame => frame.Seconds) / Steps,
            backward.Sum(frame => frame.Seconds) / Steps, seconds / Root.Seconds, (double)total.Allocated / Steps, (double)total.Touched / Steps,
            (double)total.Operations / Steps, PeakShare(total, seconds));
    }

    private double? PeakShare(FrameCost cost, double seconds) =>
        cost.Operations + cost.Touched == 0 || seconds == 0 ? null : Peak.LeastSeconds(cost.Operations, cost.Touched) / seconds;
}

/// <summary>A phase of a step.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Seconds">Seconds of it in a step.</param>
/// <param name="Share">That as a share of the step.</param>
public sealed record PhaseCost(string Name, double Seconds, double Share);
