using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Anyformer.Torch.Native;

namespace Anyformer.Torch;

/// <summary>Runs managed loops on libtorch's own threads, so that kernels and operators share one pool and do not fight for cores.</summary>
public static unsafe class TorchParallel
{
    /// <summary>Runs <paramref name="body"/> over ranges that together are [0, count), each at least <paramref name="grain"/> long, side by side.</summary>
    /// <param name="count">The length of the loop.</param>
    /// <param name="grain">The shortest range worth a thread.</param>
    /// <param name="body">Gets the begin and the end (not included) of a range; what it throws, the first of several, is thrown here.</param>
    public static void For(long count, long grain, Action<long, long> body)
    {
        var loop = new Loop(body);
        var context = GCHandle.Alloc(loop);
        try
        {
            Status.Check(NativeMethods.ParallelFor(count, grain, &RunRange, GCHandle.ToIntPtr(context)));
        }
        finally
        {
            context.Free();
        }

        loop.Failure?.Throw();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void RunRange(long begin, long end, nint context)
    {
        var loop = (Loop)GCHandle.FromIntPtr(context).Target!;
        try
        {
            loop.Body(begin, end);
        }
        catch (Exception exception)
        {
            loop.Failure ??= System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(exception);
        }
    }

    private sealed class Loop(Action<long, long> body)
    {
        internal Action<long, long> Body => body;

        internal System.Runtime.ExceptionServices.ExceptionDispatchInfo? Failure { get; set; }
    }
}
