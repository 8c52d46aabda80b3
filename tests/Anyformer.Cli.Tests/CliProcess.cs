using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Anyformer.Cli.Tests;

/// <summary>What came of a command line.</summary>
/// <param name="ExitCode">The exit code; 128 and the signal's number for a process that a signal ended.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard error.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The result of a command that must have worked.</summary>
    public CliResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}\n{Error}");
        return this;
    }

    /// <summary>The one sentence that a command said of a mistake, and nothing else.</summary>
    public string Mistake()
    {
        Assert.True(ExitCode == 2, $"exit code {ExitCode}\n{Output}\n{Error}");
        Assert.Empty(Output);
        return Assert.Single(ErrorLines);
    }
}

/// <summary>The real command line, as a process of its own.</summary>
internal sealed partial class CliProcess : IDisposable
{
    public const int Interrupt = 2;
    public const int Kill = 9;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private CliProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The program as it was built beside the tests.</summary>
    public static string ProgramFolder => AppContext.BaseDirectory;

    /// <summary>True once the process is over.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a command line.</summary>
    /// <param name="folder">The working directory, which also stands in for the user's own data folder.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="programFolder">Where the program lies; <see cref="ProgramFolder"/> by default.</param>
    /// <param name="environment">Further variables.</param>
    public static CliProcess Start(
        string folder, string[] arguments, string? programFolder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments.Prepend(Path.Combine(programFolder ?? ProgramFolder, "Anyformer.Cli.dll")))
            start.ArgumentList.Add(argument);
        start.Environment.Remove("ANYFORMER_DATA");
        start.Environment["XDG_DATA_HOME"] = folder;
        // Threads that wait for work must not spin: other tests run beside.
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new CliProcess(Process.Start(start)!);
    }

    /// <summary>Waits until something is so; fails when the process ends before, or never gets there.</summary>
    public void WaitUntil(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (_process.HasExited || clock.Elapsed > s_patience)
                Assert.Fail($"The process did not get there.\n{Wait()}");
            Thread.Sleep(5);
        }
    }

    /// <summary>Sends a signal, as a terminal or the system does.</summary>
    public void Signal(int signal) => SendSignal(_process.Id, signal);

    /// <summary>Waits for the end.</summary>
    public CliResult Wait()
    {
        if (!_process.WaitForExit(s_patience))
        {
            _process.Kill();
            Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"The process went on for more than {s_patience.TotalSeconds} s."));
        }

        return new CliResult(_process.ExitCode, _output.GetAwaiter().GetResult(), _error.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
