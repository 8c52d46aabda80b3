using System.Numerics;
using System.Runtime.InteropServices;

namespace Anyformer.Kernels;

/// <summary>Memory of a kernel, aligned to lines of the cache, zeros at first.</summary>
/// <typeparam name="T">Element.</typeparam>
internal sealed unsafe class Scratch<T> : IDisposable where T : unmanaged, INumber<T>
{
    private const int Line = 64;

    /// <summary>Room for some elements.</summary>
    internal Scratch(long count)
    {
        var bytes = checked((nuint)count * (nuint)sizeof(T));
        Start = (T*)NativeMemory.AlignedAlloc(bytes, Line);
        NativeMemory.Clear(Start, bytes);
    }

    /// <summary>The first element.</summary>
    internal T* Start { get; }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(Start);
}
