using Anyformer.Torch.Native;

namespace Anyformer.Torch;

/// <summary>
/// An object of one of libtorch's own classes, such as packed quantised weights: an operator makes it, and others take it (<see cref="Dispatcher.Call"/>).
/// </summary>
public sealed class TorchObject : IDisposable
{
    private nint _handle;

    internal TorchObject(nint handle) => _handle = handle;

    /// <summary>Releases the native object that nobody disposed.</summary>
    ~TorchObject() => Release();

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(TorchObject));

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _handle, 0) is not 0 and var handle)
            NativeMethods.ObjectRelease(handle);
    }
}
