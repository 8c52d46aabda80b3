using System.Runtime.InteropServices;
using Anyformer.Torch.Native;

namespace Anyformer.Torch;

/// <summary>The libtorch this process runs on: its version, threads, seeds, devices and operator libraries.</summary>
public static unsafe partial class TorchRuntime
{
    /// <summary>The version of libtorch the binding was built against, as <c>1.13.1</c>.</summary>
    public static string Version => Marshal.PtrToStringUTF8((nint)NativeMethods.TorchVersion())!;

    /// <summary>Threads that an operator may use; libtorch may start with one, so a program sets it to the number of physical cores.</summary>
    public static int Threads
    {
        get => NativeMethods.Threads();
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Status.Check(NativeMethods.SetThreads(value));
        }
    }

    /// <summary>The number of CUDA devices: 0 where libtorch or the machine has none.</summary>
    public static int CudaDeviceCount => NativeMethods.CudaDeviceCount();

    /// <summary>How libtorch was built: compiler, BLAS, vector instructions.</summary>
    public static string BuildInformation => Text(&NativeMethods.BuildInformation);

    /// <summary>libtorch's thread settings, as it tells them itself.</summary>
    public static string ParallelInformation => Text(&NativeMethods.ParallelInformation);

    /// <summary>
    /// The library of torchvision's image operators that fits this libtorch, as it was found when the binding was built; null when there was none.
    /// </summary>
    public static string? ImageLibrary => Marshal.PtrToStringUTF8((nint)NativeMethods.ImageLibrary()) is { Length: > 0 } path ? path : null;

    /// <summary>
    /// Makes operators that are called from this thread run on it alone from now on: for threads that work side by side, of which each would
    /// otherwise bring a pool of its own. Other threads keep their <see cref="Threads"/>.
    /// </summary>
    public static void UseOneThreadHere() => Status.Check(NativeMethods.UseOneThread());

    /// <summary>
    /// Lets the C library keep what tensors free, for those of the next step, until it is told to give it back. By itself it gives much of it back to the system
    /// after every step, which then has to clear it again page by page: some percent of the time of a training step. Without effect where the C library is not glibc.
    /// </summary>
    public static void KeepFreedMemory()
    {
        const int trimThreshold = -1, mapThreshold = -3, largestMapThreshold = 32 << 20;
        try
        {
            // What is larger than the second is given back whatever the first is.
            MemoryOption(mapThreshold, largestMapThreshold);
            MemoryOption(trimThreshold, int.MaxValue);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library.
        }
    }

    /// <summary>Seeds the default generators of every device.</summary>
    public static void ManualSeed(long seed) => Status.Check(NativeMethods.ManualSeed(seed));

    /// <summary>Loads a library that registers operators with the dispatcher, such as torchvision's.</summary>
    /// <exception cref="TorchException">The loader refused it; the message says why.</exception>
    public static void LoadLibrary(string path)
    {
        using var bytes = new Utf8Buffer(path, stackalloc byte[Utf8Buffer.InlineSize]);
        fixed (byte* pointer = bytes)
            Status.Check(NativeMethods.LoadLibrary(pointer));
    }

    private static string Text(delegate*<byte**, int> read)
    {
        byte* text;
        Status.Check(read(&text));
        return Status.TakeString(text);
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int MemoryOption(int option, int value);
}
