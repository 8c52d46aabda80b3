using Anyformer.Modules;
using Anyformer.Torch.Recording;
using Anyformer.Training;

namespace Anyformer.Inspection.Profiling;

/// <summary>
/// Makes one tree of the scopes and the operators of several steps: what lies inside another in time was called by it. Nodes of the backward pass
/// are put below the module whose operation they differentiate, which their sequence number tells.
/// </summary>
internal sealed class ProfileTree
{
    private readonly Dictionary<Module, string> _paths;
    private readonly SequenceOwners _owners;
    private readonly ProfileFrame _root = new(FrameKind.Step, "step");
    private readonly Stack<Running> _running = [];

    private ProfileTree(Module model, IReadOnlyList<CallSpan> spans)
    {
        _paths = model.Modules().ToDictionary(item => item.Module, item => item.Path);
        _owners = new SequenceOwners(spans);
    }

    /// <summary>The tree of all steps together.</summary>
    /// <param name="model">The model, of which the paths of modules are taken.</param>
    /// <param name="steps">When each step began and ended.</param>
    /// <param name="spans">The scopes.</param>
    /// <param name="events">The operators.</param>
    internal static ProfileFrame Of(Module model, IEnumerable<(long Begin, long End)> steps, IReadOnlyList<CallSpan> spans, IEnumerable<OperatorEvent> events)
    {
        var tree = new ProfileTree(model, spans);
        var calls = steps.Select(step => new Call(step.Begin, step.End, null, default))
            .Concat(spans.Select(span => new Call(span.Begin, span.End, span, default)))
            .Concat(events.Select(found => new Call(found.Begin, found.End, null, found)));
        // Of two that begin at the same tick the longer one is the caller.
        foreach (var call in calls.OrderBy(call => call.Begin).ThenByDescending(call => call.End))
            tree.Add(call);
        tree.LeaveUntil(long.MaxValue);
        return tree._root;
    }

    private void Add(Call call)
    {
        LeaveUntil(call.Begin);
        var isStep = call.Span is null && !call.IsOperator;
        // Between two steps lies what does not belong to them, a validation say.
        if (!isStep && _running.Count == 0)
            return;
        var frame = isStep ? _root : FrameOf(call, _running.Peek().Frame);
        frame.Calls++;
        _running.Push(new Running(call, frame));
    }

    private void LeaveUntil(long time)
    {
        while (_running.TryPeek(out var top) && top.Call.End <= time)
        {
            _running.Pop();
            // Of allocations a step and a scope know no more than what their operators tell.
            var all = top.Call.IsOperator ? top.Call.Cost : top.Inside with { Nanoseconds = top.Call.Cost.Nanoseconds, Operations = 0 };
            top.Frame.Own += all.Without(top.Inside);
            if (_running.TryPeek(out var caller))
                caller.Inside += all;
        }
    }

    private ProfileFrame FrameOf(Call call, ProfileFrame caller)
    {
        if (call.Span is { } span)
            return Scope(span.Owner, caller);
        if (!call.Event.IsBackward)
            return caller.Child(FrameKind.Operator, call.Event.Name);
        var below = _owners.Of(call.Event.Sequence).Aggregate(caller, (frame, owner) => Scope(owner, frame));
        return below.Child(FrameKind.Node, call.Event.Name);
    }

    private ProfileFrame Scope(object owner, ProfileFrame caller) => owner switch
    {
        StepPhase phase => caller.Child(FrameKind.Phase, phase.Name),
        Module module when _paths.TryGetValue(module, out var path) =>
            caller.Child(FrameKind.Module, path.Length == 0 ? module.GetType().Name : Below(caller.Path, path), path),
        Module module => caller.Child(FrameKind.Module, module.GetType().Name),
        _ => caller.Child(FrameKind.Function, owner.GetType().Name),
    };

    private static string Below(string? callerPath, string path) =>
        callerPath is { Length: > 0 } && path.StartsWith($"{callerPath}.", StringComparison.Ordinal) ? path[(callerPath.Length + 1)..] : path;

    private readonly record struct Call(long Begin, long End, CallSpan? Span, OperatorEvent Event)
    {
        internal bool IsOperator => Event.Name is not null;

        internal FrameCost Cost => new(End - Begin, Event.Allocated, Event.Allocations, Event.Touched, Event.Operations);
    }

    private sealed class Running(Call call, ProfileFrame frame)
    {
        internal Call Call => call;

        internal ProfileFrame Frame => frame;

        /// <summary>What was called by it took so much.</summary>
        internal FrameCost Inside { get; set; }
    }
}
