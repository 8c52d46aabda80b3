using System.Runtime.Intrinsics;
using Anyformer.Inspection.Profiling;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;

namespace Anyformer.Tests.Inspection.Profiling;

public sealed class MachinePeakTests
{
    [Fact]
    public void WhatIsMeasuredIsWhatAProcessorMayDo()
    {
        var peak = MachinePeak.Measure();
        Assert.Equal(TorchRuntime.Threads, peak.Threads);
        Assert.Equal(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128, peak.VectorBits);
        // From a build without optimisations on a busy machine to the largest of servers.
        Assert.InRange(peak.OperationsPerSecond, 1e7, 1e14);
        Assert.InRange(peak.BytesPerSecond, 1e7, 1e13);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100_000)]
    public void ChainsOfEveryWidthComputeTheSame(int links)
    {
        // x <- 0.999 x + 0.001 has the fixed point 1, which it nears by a factor of 0.999 a link.
        var element = 1 - 0.999 * Math.Pow(0.999, links);
        Assert.Equal(12 * 16 * element, MultiplyAddChains.Run<Lanes512<float>, Vector512<float>>(links), 0.2);
        Assert.Equal(12 * 8 * element, MultiplyAddChains.Run<Lanes256<float>, Vector256<float>>(links), 0.2);
        Assert.Equal(12 * 4 * element, MultiplyAddChains.Run<Lanes128<float>, Vector128<float>>(links), 0.2);
    }

    [Fact]
    public void WorkTakesAsLongAsItsProductsOrItsMemory()
    {
        var peak = new MachinePeak(2, 100, 10, 128);
        Assert.Equal(3, peak.LeastSeconds(300, 20));
        Assert.Equal(4, peak.LeastSeconds(300, 40));
    }
}
