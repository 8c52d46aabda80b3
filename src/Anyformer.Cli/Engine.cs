using Anyformer.Torch;

namespace Anyformer.Cli;

/// <summary>Starts libtorch for a command that needs it.</summary>
public static class Engine
{
    /// <summary>Sets the threads: what was asked for, otherwise one a physical core.</summary>
    public static void Start(int? threads = null)
    {
        if (threads is < 1)
            throw new UserException($"--threads must be at least 1, found {threads}.");
        TorchRuntime.Threads = threads ?? Processor.PhysicalCores;
    }
}
