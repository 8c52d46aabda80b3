using Anyformer.Torch.Native;

namespace Anyformer.Torch;

/// <summary>A source of random numbers with a state that can be saved and put back.</summary>
public sealed unsafe class Generator : IDisposable
{
    private nint _handle;

    /// <summary>A generator of its own on the processor.</summary>
    public Generator(long seed)
    {
        nint handle;
        Status.Check(NativeMethods.GeneratorCreate(seed, &handle));
        _handle = handle;
    }

    private Generator(nint handle) => _handle = handle;

    /// <summary>Releases the native generator that nobody disposed.</summary>
    ~Generator() => Release();

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Generator));

    /// <summary>The generator that operators use when none is given.</summary>
    public static Generator Default(Device? device = null)
    {
        nint handle;
        var place = device ?? Device.Cpu;
        Status.Check(NativeMethods.GeneratorDefault((int)place.Type, place.Index, &handle));
        return new Generator(handle);
    }

    /// <summary>Starts the sequence that belongs to <paramref name="seed"/>.</summary>
    public void Seed(long seed)
    {
        Status.Check(NativeMethods.GeneratorSeed(Handle, seed));
        GC.KeepAlive(this);
    }

    /// <summary>The state as bytes, which <see cref="SetState"/> puts back.</summary>
    public byte[] GetState()
    {
        nint state;
        Status.Check(NativeMethods.GeneratorState(Handle, &state));
        GC.KeepAlive(this);
        using var tensor = new Tensor(state);
        return tensor.ToArray<byte>();
    }

    /// <summary>Puts back a state taken with <see cref="GetState"/>: the same numbers follow.</summary>
    public void SetState(ReadOnlySpan<byte> state)
    {
        using var tensor = Tensor.From(state, [state.Length]);
        Status.Check(NativeMethods.GeneratorSetState(Handle, tensor.Handle));
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
            NativeMethods.GeneratorRelease(handle);
    }
}
