using System.Diagnostics;
using System.Runtime.InteropServices;
using Anyformer.Torch.Native;

namespace Anyformer.Torch.Recording;

/// <summary>
/// Records every operator that libtorch runs for a thread, those of backward passes and those inside others among them. It costs a microsecond or two an operator,
/// so what is recorded is a little slower than what is not. One recording at a time.
/// </summary>
public static unsafe class OperatorRecording
{
    private static int s_isRunning;

    /// <summary>The clock of the events, in nanoseconds.</summary>
    public static long Now => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>The number that the next operation of this thread gets, if it is recorded for a backward pass: rising from call to call.</summary>
    public static long NextSequence => NativeMethods.SequenceNumber();

    /// <summary>Starts to record what this thread runs, and the backward passes that it starts.</summary>
    /// <exception cref="InvalidOperationException">A recording is under way.</exception>
    public static void Start()
    {
        if (Interlocked.Exchange(ref s_isRunning, 1) != 0)
            throw new InvalidOperationException("Operators are being recorded already.");
        Status.Check(NativeMethods.RecordingStart());
    }

    /// <summary>Stops, on the thread that started, and gives what was recorded in the order in which it ended.</summary>
    /// <exception cref="InvalidOperationException">No recording is under way.</exception>
    public static OperatorEvent[] Stop()
    {
        if (Volatile.Read(ref s_isRunning) == 0)
            throw new InvalidOperationException("No operators are being recorded.");
        NativeEvent* first;
        long count;
        Status.Check(NativeMethods.RecordingStop(&first, &count));
        // A name is one string, however many events bear it.
        var names = new Dictionary<nint, string>();
        var events = new OperatorEvent[count];
        for (var i = 0; i < events.Length; i++)
            events[i] = Managed(first[i], names);
        Volatile.Write(ref s_isRunning, 0);
        return events;
    }

    private static OperatorEvent Managed(in NativeEvent found, Dictionary<nint, string> names)
    {
        if (!names.TryGetValue(found.Name, out var name))
            names.Add(found.Name, name = Marshal.PtrToStringUTF8(found.Name)!);
        return new OperatorEvent(name, found.Begin, found.End, found.Sequence, found.Allocated, found.Allocations, found.Touched,
            found.Operations, found.Thread, found.IsBackward != 0);
    }
}
