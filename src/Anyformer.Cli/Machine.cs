using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Anyformer.Comparison;
using Anyformer.Torch;

namespace Anyformer.Cli;

/// <summary>What this process runs on, for reports and for the doctor.</summary>
public static class Machine
{
    /// <summary>The machine and the software, with libtorch started.</summary>
    public static IReadOnlyList<Fact> Facts() =>
    [
        new("processor", $"{Processor.Name}, {Processor.PhysicalCores} cores"),
        new("vector instructions", string.Join(", ", VectorInstructions())),
        new("memory", Processor.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)),
        new("system", RuntimeInformation.OSDescription),
        new(".NET", RuntimeInformation.FrameworkDescription),
        new("libtorch", TorchRuntime.Version),
        new("BLAS", LoadedLibraries.Blas),
        new("threads", $"{TorchRuntime.Threads}"),
        new("CUDA devices", $"{TorchRuntime.CudaDeviceCount}"),
    ];

    private static IEnumerable<string> VectorInstructions()
    {
        if (Avx2.IsSupported)
            yield return "AVX2";
        if (Avx512F.IsSupported)
            yield return "AVX-512";
        if (Processor.HasFlag("avx512_bf16"))
            yield return "AVX-512 BF16";
        if (Processor.HasFlag("amx_bf16"))
            yield return "AMX BF16";
    }
}
