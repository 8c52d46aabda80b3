using Anyformer.Torch;

namespace Anyformer.Cli;

/// <summary>Starts libtorch for a command that needs it.</summary>
public static class Engine
{
    private const string NotThere = "cannot open shared object file: No such file or directory";

    /// <summary>Sets the threads: what was asked for, otherwise one a physical core. Memory that is freed is kept: a command has the process for itself.</summary>
    /// <exception cref="DllNotFoundException">The native library, or libtorch, is not there or does not fit.</exception>
    public static void Start(int? threads = null)
    {
        try
        {
            TorchRuntime.Threads = threads ?? Processor.PhysicalCores;
            TorchRuntime.KeepFreedMemory();
        }
        catch (DllNotFoundException exception)
        {
            throw new DllNotFoundException($"libtorch cannot be loaded, run ./setup.sh: {Reason(exception)}.", exception);
        }
    }

    /// <summary>The loader names every place that it looked at, a line each: what is more than absent from one of them is the reason.</summary>
    private static string Reason(DllNotFoundException exception) =>
        exception.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).FirstOrDefault(line => !IsAbsence(line))
        ?? $"libanyformer_torch.so is not in {AppContext.BaseDirectory}";

    private static bool IsAbsence(string line) => line.StartsWith('/') && line.EndsWith(NotThere, StringComparison.Ordinal);
}
