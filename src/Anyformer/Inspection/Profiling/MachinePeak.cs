using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;

namespace Anyformer.Inspection.Profiling;

/// <summary>What this machine can do at its best, measured: nothing that computes can be faster.</summary>
/// <param name="Threads">Threads that worked side by side.</param>
/// <param name="OperationsPerSecond">Float32 operations a second of fused multiply-adds that touch no memory; an addition and a multiplication are two.</param>
/// <param name="BytesPerSecond">Bytes a second that are read and written by <c>a = b + s c</c> on vectors larger than any cache (STREAM's triad).</param>
/// <param name="VectorBits">The width of the vectors that were used.</param>
public sealed record MachinePeak(int Threads, double OperationsPerSecond, double BytesPerSecond, int VectorBits)
{
    private const int Rounds = 8, ChainLength = 1 << 18, VectorFloats = 1 << 24;

    /// <summary>Measures it, in a fraction of a second, on libtorch's threads; the best of several rounds counts.</summary>
    public static MachinePeak Measure()
    {
        var threads = TorchRuntime.Threads;
        var bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        return new MachinePeak(threads, MeasureOperations(threads, bits), MeasureBytes(threads), bits);
    }

    /// <summary>The least seconds that work can take here: as long as its products need, or as long as its memory does.</summary>
    /// <param name="operations">Floating-point operations.</param>
    /// <param name="bytes">Bytes that are moved.</param>
    public double LeastSeconds(double operations, double bytes) => Math.Max(operations / OperationsPerSecond, bytes / BytesPerSecond);

    private static double MeasureOperations(int threads, int bits)
    {
        Action<long, long> work = bits switch
        {
            512 => static (begin, end) => MultiplyAddChains.Run<Lanes512<float>, Vector512<float>>(ChainLength * (end - begin)),
            256 => static (begin, end) => MultiplyAddChains.Run<Lanes256<float>, Vector256<float>>(ChainLength * (end - begin)),
            _ => static (begin, end) => MultiplyAddChains.Run<Lanes128<float>, Vector128<float>>(ChainLength * (end - begin)),
        };
        return MultiplyAddChains.OperationsOfALink * (bits / 32.0) * ChainLength * threads / Best(() => TorchParallel.For(threads, 1, work));
    }

    private static unsafe double MeasureBytes(int threads)
    {
        var memory = (float*)NativeMemory.AlignedAlloc(3 * (nuint)VectorFloats * sizeof(float), 64);
        try
        {
            // Pages that nobody has written to are all the same one.
            NativeMemory.Fill(memory, 3 * (nuint)VectorFloats * sizeof(float), 0);
            return 3.0 * VectorFloats * sizeof(float) / Best(() => TorchParallel.For(VectorFloats / 16, VectorFloats / 16 / threads, (begin, end) =>
                Triad(memory, memory + VectorFloats, memory + 2 * VectorFloats, 16 * begin, 16 * end)));
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static double Best(Action work)
    {
        work();
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Triad(float* sum, float* first, float* second, long begin, long end)
    {
        var factor = Vector256.Create(0.5f);
        for (var i = begin; i < end; i += Vector256<float>.Count)
            Vector256.StoreAlignedNonTemporal(Vector256.LoadUnsafe(ref first[i]) + factor * Vector256.LoadUnsafe(ref second[i]), sum + i);
    }
}
