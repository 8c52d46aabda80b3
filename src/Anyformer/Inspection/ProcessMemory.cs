using System.Globalization;
using System.Runtime.InteropServices;

namespace Anyformer.Inspection;

/// <summary>The resident memory of this process, as Linux counts it; 0 on systems that do not tell.</summary>
public static partial class ProcessMemory
{
    private const string StatusFile = "/proc/self/status";

    /// <summary>Bytes resident now.</summary>
    public static long Resident => Read("VmRSS:");

    /// <summary>The most bytes that were resident at once since the last <see cref="ResetPeak"/>.</summary>
    public static long Peak => Read("VmHWM:");

    /// <summary>Gives back what is free and starts to look for a new peak.</summary>
    /// <returns>False where the system does not allow it, so that <see cref="Peak"/> stays that of the whole process.</returns>
    public static bool ResetPeak()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        try
        {
            TrimHeap(0);
            File.WriteAllText("/proc/self/clear_refs", "5");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or EntryPointNotFoundException)
        {
            // Not every kernel or C library lets us.
            return false;
        }
    }

    private static long Read(string key)
    {
        if (!File.Exists(StatusFile))
            return 0;
        var line = File.ReadLines(StatusFile).FirstOrDefault(text => text.StartsWith(key, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nint keep);
}
