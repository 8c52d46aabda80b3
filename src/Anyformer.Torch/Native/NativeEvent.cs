using System.Runtime.InteropServices;

namespace Anyformer.Torch.Native;

/// <summary>An operator's run as the native side writes it down.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeEvent
{
    internal nint Name;
    internal long Begin;
    internal long End;
    internal long Sequence;
    internal long Allocated;
    internal long Allocations;
    internal long Touched;
    internal long Operations;
    internal int Thread;
    internal int IsBackward;
}
