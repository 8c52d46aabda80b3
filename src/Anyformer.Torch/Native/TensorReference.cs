namespace Anyformer.Torch.Native;

/// <summary>
/// Owns one native reference to a tensor; the garbage collector releases it when nobody else did. An object with a finalizer costs more
/// to make than everything else that C# does around an operator, so a released one waits, still registered, for the thread's next tensor.
/// </summary>
internal sealed class TensorReference
{
    private const int MostSpares = 4096;

    [ThreadStatic] private static Stack<TensorReference>? t_spares;

    private long _pressure;

    private TensorReference()
    {
    }

    ~TensorReference() => ReleaseHandle();

    /// <summary>0 once the collector has released it, which only other finalizers can see.</summary>
    internal nint Handle { get; private set; }

    internal static TensorReference Own(nint handle)
    {
        if (t_spares is not { } spares || !spares.TryPop(out var reference))
            reference = new TensorReference();
        reference.Handle = handle;
        return reference;
    }

    /// <summary>Gives the native reference up, once; the object may stand for another tensor from then on.</summary>
    internal void Release()
    {
        if (Handle == 0)
            return;
        ReleaseHandle();
        var spares = t_spares ??= new Stack<TensorReference>();
        if (spares.Count < MostSpares)
            spares.Push(this);
        else
            GC.SuppressFinalize(this);
    }

    /// <summary>Tells the collector what native memory hangs on this small object.</summary>
    internal void AddMemoryPressure()
    {
        const long worthTelling = 4096;
        var info = TensorInfo.Of(Handle);
        var bytes = info.ElementCount * info.ElementSize;
        if (bytes < worthTelling || _pressure != 0)
            return;
        _pressure = bytes;
        GC.AddMemoryPressure(bytes);
    }

    private void ReleaseHandle()
    {
        var handle = Handle;
        Handle = 0;
        if (handle != 0)
            NativeMethods.TensorRelease(handle);
        if (_pressure != 0)
            GC.RemoveMemoryPressure(_pressure);
        _pressure = 0;
    }
}
