using Spectre.Console;

namespace Anyformer.Cli;

/// <summary>Where commands write: results to standard output, everything else to standard error.</summary>
public static class Terminal
{
    /// <summary>Standard output.</summary>
    public static IAnsiConsole Out { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });

    /// <summary>Standard error.</summary>
    public static IAnsiConsole Error { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>True when a person watches: progress bars then, plain lines otherwise.</summary>
    public static bool IsInteractive => !Console.IsErrorRedirected && Error.Profile.Capabilities.Interactive;
}
