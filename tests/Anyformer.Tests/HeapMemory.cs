using System.Runtime.InteropServices;

namespace Anyformer.Tests;

/// <summary>What the C library has given out to this process: the memory of tensors, among others.</summary>
internal static partial class HeapMemory
{
    /// <summary>Whether the C library tells: glibc from 2.33 on does.</summary>
    public static bool IsKnown { get; } = NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "mallinfo2", out _);

    /// <summary>Bytes in use, those of large blocks among them.</summary>
    public static long Used
    {
        get
        {
            var counts = Count();
            return (long)(counts.InUse + counts.Mapped);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallinfo2")]
    private static partial Counts Count();

    /// <summary>The structure <c>mallinfo2</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Counts
    {
        private readonly nuint _arena, _freeBlocks, _fastBlocks, _mappedBlocks;

        public readonly nuint Mapped;

        private readonly nuint _unused, _fastBytes;

        public readonly nuint InUse;

        private readonly nuint _free, _trimmable;
    }
}
