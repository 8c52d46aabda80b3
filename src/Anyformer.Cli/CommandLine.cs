using System.CommandLine;
using Anyformer.Cli.Commands;
using Spectre.Console;

namespace Anyformer.Cli;

/// <summary>The command line: its commands, and what a failure looks like. Exit code 0 is success, 2 a user's mistake, 1 ours.</summary>
public static class CommandLine
{
    /// <summary>Runs a command line as the process does.</summary>
    public static async Task<int> Run(string[] arguments)
    {
        var root = new RootCommand("The Transformer survey you can run: train, compare, verify and ship Transformer variants.");
        root.Options.Add(SharedOptions.Verbose);
        root.Options.Add(SharedOptions.DataDirs);
        root.Subcommands.Add(CompareCommand.Create());
        root.Subcommands.Add(TrainCommand.Create());
        root.Subcommands.Add(PredictCommand.Create());
        root.Subcommands.Add(VerifyCommand.Create());
        root.Subcommands.Add(CatalogCommand.Create());
        root.Subcommands.Add(DescribeCommand.Create());
        root.Subcommands.Add(DataCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());

        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
            return Mistake(string.Join(" ", parsed.Errors.Select(error => error.Message)));
        var patience = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(2) };
        try
        {
            return await parsed.InvokeAsync(patience);
        }
        catch (UserException exception) when (!parsed.GetValue(SharedOptions.Verbose))
        {
            return Mistake(exception.Message);
        }
        catch (OperationCanceledException)
        {
            return Interrupted();
        }
        catch (Exception exception)
        {
            return Failure(exception, parsed.GetValue(SharedOptions.Verbose));
        }
    }

    /// <summary>The exit code of a run that Ctrl-C ended, as shells have it.</summary>
    internal static int Interrupted()
    {
        Terminal.Error.MarkupLine("[yellow]Interrupted.[/]");
        return 130;
    }

    private static int Mistake(string message)
    {
        Terminal.Error.MarkupLineInterpolated($"[red]{message}[/]");
        return 2;
    }

    private static int Failure(Exception exception, bool verbose)
    {
        if (verbose)
            Terminal.Error.WriteLine(exception.ToString());
        else
            Terminal.Error.MarkupLineInterpolated($"[red]{exception.Message}[/] (--verbose shows where)");
        return exception is UserException ? 2 : 1;
    }
}
