using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Anyformer.Torch.Native;

/// <summary>
/// How long an idle OpenMP thread spins before it sleeps. By default it is hundreds of thousands of rounds: on a machine that does anything else
/// besides, the threads of one operator wait for each other's turn at the processor, and a training step takes many times as long.
/// </summary>
internal static partial class IdleThreads
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The OpenMP library reads its environment once, when libtorch is loaded.")]
    internal static void SpinBriefly()
    {
        if (OperatingSystem.IsLinux())
            _ = SetEnvironmentVariable("GOMP_SPINCOUNT", "1000", overwrite: 0);
    }

    /// <summary>Of the C library: .NET's own changes only a copy. What the user has set stays.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
