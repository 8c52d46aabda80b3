using System.Diagnostics;
using System.Text.Json;

namespace Anyformer.Benchmarks;

/// <summary>Programs that print one JSON object.</summary>
internal static class ChildProcess
{
    /// <summary>What a program printed.</summary>
    /// <exception cref="UserException">It failed.</exception>
    internal static JsonElement Json(string program, string[] arguments, IReadOnlyDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonDocument.Parse(output).RootElement
            : throw new UserException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error.Result.Trim()}");
    }
}
