using System.Globalization;

namespace Anyformer.Cli;

/// <summary>Facts about the processor of this machine.</summary>
public static class Processor
{
    private const string CpuInfo = "/proc/cpuinfo";

    /// <summary>Cores that this process may use, two threads of one core counted once.</summary>
    public static int PhysicalCores { get; } = CountPhysicalCores();

    /// <summary>The name the maker gave it.</summary>
    public static string Name => Lines().FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";

    /// <summary>Whether the system lists a feature of the processor, <c>avx512_bf16</c> say.</summary>
    public static bool HasFlag(string flag) =>
        Lines().FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal))?.Split(' ').Contains(flag) ?? false;

    private static int CountPhysicalCores()
    {
        var cores = new HashSet<(string Socket, string Core)>();
        var socket = "";
        foreach (var line in Lines())
        {
            if (line.StartsWith("physical id", StringComparison.Ordinal))
                socket = line;
            else if (line.StartsWith("core id", StringComparison.Ordinal))
                cores.Add((socket, line));
        }

        return Math.Max(1, cores.Count == 0 ? Environment.ProcessorCount : Math.Min(cores.Count, Environment.ProcessorCount));
    }

    private static IEnumerable<string> Lines() => File.Exists(CpuInfo) ? File.ReadLines(CpuInfo) : [];

    /// <summary>Bytes as a reader wants them: <c>1.5 GiB</c>.</summary>
    public static string Bytes(double bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 30):0.0} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 20):0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024:0} KiB"),
    };
}
