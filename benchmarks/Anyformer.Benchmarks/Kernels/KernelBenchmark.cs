using Anyformer.Cli;
using Anyformer.Torch;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Anyformer.Benchmarks.Kernels;

/// <summary>
/// The frame of a kernel's benchmark: derive, give inputs in a <c>[GlobalSetup]</c>, and mark the composition of operators that the kernel stands for
/// with <c>[Benchmark(Baseline = true)]</c>, one in each category where there are several. It runs in this process, which has the native library beside it.
/// </summary>
[Config(typeof(InThisProcess))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[MemoryDiagnoser]
public abstract class KernelBenchmark
{
    /// <summary>The categories of kernels that are measured with and without their backward pass.</summary>
    protected const string Forward = "forward", BothWays = "both ways";

    /// <summary>Makes all threads available.</summary>
    protected static void Begin()
    {
        TorchRuntime.Threads = Processor.PhysicalCores;
        TorchRuntime.ManualSeed(1);
    }

    /// <summary>Runs work whose tensors are freed.</summary>
    protected static void Scoped(Action work)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        work();
    }

    private sealed class InThisProcess : ManualConfig
    {
        public InThisProcess() => AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
    }
}
