using Anyformer.Torch.Recording;

namespace Anyformer.Inspection.Profiling;

/// <summary>Writes down the scopes of its thread that are opened for somebody, in the order in which they are opened.</summary>
internal sealed class CallTrace : IScopeObserver
{
    private readonly List<CallSpan> _spans = [];
    private readonly Stack<CallSpan> _open = [];

    /// <summary>All scopes so far; those that were open when the trace began are not among them.</summary>
    internal IReadOnlyList<CallSpan> Spans => _spans;

    /// <inheritdoc/>
    public void Enter(object owner)
    {
        var span = new CallSpan(owner, OperatorRecording.Now, OperatorRecording.NextSequence);
        _spans.Add(span);
        _open.Push(span);
    }

    /// <inheritdoc/>
    public void Leave()
    {
        var span = _open.Pop();
        (span.End, span.EndSequence) = (OperatorRecording.Now, OperatorRecording.NextSequence);
    }
}
