using System.CommandLine;
using System.CommandLine.Help;
using Anyformer.Cli.Commands;
using Spectre.Console;

namespace Anyformer.Cli;

/// <summary>The command line: its commands, and what a failure looks like. Exit code 0 is success, 2 a user's mistake, 1 ours.</summary>
public static class CommandLine
{
    private const int InterruptedCode = 130;

    /// <summary>After Ctrl-C a command has this long to finish its step and to save.</summary>
    private static readonly InvocationConfiguration s_patience =
        new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(2) };

    /// <summary>Runs a command line as the process does.</summary>
    public static async Task<int> Run(string[] arguments)
    {
        var parsed = Root().Parse(arguments.Length == 0 ? ["--help"] : arguments);
        if (UsageMistake.Find(parsed) is { } mistake)
            return Mistake(mistake);
        try
        {
            return await parsed.InvokeAsync(s_patience);
        }
        catch (OperationCanceledException)
        {
            return Interrupted("Interrupted.");
        }
        catch (Exception exception)
        {
            return Failure(exception, parsed.GetValue(SharedOptions.Verbose));
        }
    }

    /// <summary>Says what became of work that Ctrl-C ended; the exit code is the one that shells have for it.</summary>
    internal static int Interrupted(string message)
    {
        Terminal.Error.MarkupLineInterpolated($"[yellow]{message}[/]");
        return InterruptedCode;
    }

    /// <summary>A plain command, for a root command takes its name from the program's file.</summary>
    private static Command Root() => new("anyformer", "The Transformer survey you can run: train, compare, verify and ship Transformer variants.")
    {
        CompareCommand.Create(),
        TrainCommand.Create(),
        AblateCommand.Create(),
        BacktestCommand.Create(),
        PredictCommand.Create(),
        GetCommand.Create(),
        GenerateCommand.Create(),
        TranslateCommand.Create(),
        FillMaskCommand.Create(),
        EmbedCommand.Create(),
        ExportCommand.Create(),
        BenchCommand.Create(),
        ProfileCommand.Create(),
        InspectCommand.Create(),
        VerifyCommand.Create(),
        CatalogCommand.Create(),
        DescribeCommand.Create(),
        DataCommand.Create(),
        DoctorCommand.Create(),
        SharedOptions.Verbose,
        SharedOptions.DataDirs,
        new HelpOption(),
        new VersionOption(),
    };

    private static int Mistake(string message)
    {
        Terminal.Error.MarkupLineInterpolated($"[red]{message}[/]");
        return 2;
    }

    private static int Failure(Exception exception, bool verbose)
    {
        // What the file system refuses is the user's to put right, and its message names the file.
        var mistake = exception is UserException or IOException or UnauthorizedAccessException;
        if (verbose)
            Terminal.Error.WriteLine(exception.ToString());
        else
            Terminal.Error.MarkupLineInterpolated($"[red]{exception.Message}[/]{(mistake ? "" : " (--verbose shows where)")}");
        return mistake ? 2 : 1;
    }
}
