using Anyformer.Cli.Reports;
using Anyformer.Comparison;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary>Where the results of a comparison go: report, JSON, terminal, and the exit code.</summary>
internal static class ComparisonOutput
{
    /// <summary>Writes down the models that are done.</summary>
    /// <param name="result">What came out; its budget does not yet say that it was interrupted.</param>
    /// <param name="asked">How many models were to be compared.</param>
    /// <param name="folder">The folder of the run.</param>
    /// <param name="json">Whether standard output gets JSON instead of a table.</param>
    /// <returns>The exit code, and the result; null when there is none.</returns>
    public static (int ExitCode, ComparisonResult? Result) Finish(ComparisonResult result, int asked, string folder, bool json)
    {
        var done = result.Models.Count;
        if (done == 0)
            return (CommandLine.Interrupted("Interrupted before the first model was done."), null);
        if (done < asked)
            result = result with { Experiment = result.Experiment with { Budget = $"{result.Experiment.Budget}; interrupted after {done} of {asked} models" } };
        Write(result, folder, json);
        if (done < asked)
            return (CommandLine.Interrupted($"Interrupted: the report holds {done} of {asked} models."), result);
        return (result.Models.All(model => model.Failure is not null) ? 1 : 0, result);
    }

    private static void Write(ComparisonResult result, string folder, bool json)
    {
        var (report, text) = (Path.Combine(folder, "report.html"), ComparisonJson.Write(result));
        ComparisonReport.Write(report, result);
        AtomicFile.WriteText(Path.Combine(folder, "result.json"), text);
        if (json)
            Console.Out.WriteLine(text);
        else
            ComparisonTable.Render(Terminal.Out, result);
        Terminal.Error.WriteLine($"Report: {report}");
    }
}
