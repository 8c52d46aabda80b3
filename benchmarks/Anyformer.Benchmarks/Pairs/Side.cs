using System.Globalization;

namespace Anyformer.Benchmarks.Pairs;

/// <summary>One side of a comparison: its name, and the settings among which the best is its own.</summary>
/// <param name="Name">What readers call it.</param>
/// <param name="Settings">Ways to run it.</param>
/// <param name="Missing">Why it cannot run here; null when it can.</param>
internal sealed record Side(string Name, IReadOnlyList<SideSettings> Settings, string? Missing = null)
{
    /// <summary>One run in a process of its own.</summary>
    internal static SideRun Measure(SideSettings settings, int threads, double seconds)
    {
        string[] arguments = [.. settings.Arguments, "--threads", $"{threads}", "--seconds", seconds.ToString(CultureInfo.InvariantCulture)];
        var result = ChildProcess.Json(settings.Program, arguments, settings.Variables);
        return new SideRun(result.GetProperty("rate").GetDouble(), result.TryGetProperty("version", out var version) ? version.GetString() : null);
    }
}

/// <summary>What a run told.</summary>
/// <param name="Rate">Units of work a second.</param>
/// <param name="Version">Of what it ran on; null when it did not say.</param>
internal sealed record SideRun(double Rate, string? Version);
