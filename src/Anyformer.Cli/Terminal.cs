using Spectre.Console;

namespace Anyformer.Cli;

/// <summary>Where commands write: results to standard output, everything else to standard error.</summary>
public static class Terminal
{
    /// <summary>Standard output.</summary>
    public static IAnsiConsole Out { get; } = Create(Console.Out, Console.IsOutputRedirected);

    /// <summary>Standard error.</summary>
    public static IAnsiConsole Error { get; } = Create(Console.Error, Console.IsErrorRedirected);

    /// <summary>True when a person watches: progress bars then, plain lines otherwise.</summary>
    public static bool IsInteractive => !Console.IsErrorRedirected && Error.Profile.Capabilities.Interactive;

    /// <summary>A file or a pipe gets no colours, and lines as long as they are.</summary>
    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        const int unbroken = 10_000;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            Out = new AnsiConsoleOutput(writer),
        });
        if (redirected)
            console.Profile.Width = unbroken;
        return console;
    }
}
