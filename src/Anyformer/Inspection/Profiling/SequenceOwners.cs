using Anyformer.Modules;

namespace Anyformer.Inspection.Profiling;

/// <summary>Which modules an operation belongs to, by its number: the outermost first.</summary>
internal sealed class SequenceOwners
{
    private readonly Dictionary<long, object[]> _owners = [];

    /// <summary>The owners of the operations that were recorded in scopes, which come in the order in which they were opened.</summary>
    internal SequenceOwners(IReadOnlyList<CallSpan> spans)
    {
        var open = new Stack<CallSpan>();
        foreach (var span in spans.Where(span => span.Owner is Module && span.End != long.MaxValue))
        {
            while (open.TryPeek(out var outer) && outer.End <= span.Begin)
                open.Pop();
            open.Push(span);
            // An inner scope overwrites what the outer one said.
            object[] chain = [.. open.Reverse().Select(one => one.Owner)];
            for (var sequence = span.FirstSequence; sequence < span.EndSequence; sequence++)
                _owners[sequence] = chain;
        }
    }

    /// <summary>The modules of an operation; none when it belongs to none.</summary>
    internal IReadOnlyList<object> Of(long sequence) => _owners.TryGetValue(sequence, out var owners) ? owners : [];
}
