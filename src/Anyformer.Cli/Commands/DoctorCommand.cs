using System.CommandLine;
using Anyformer.Data.Images.Files;
using Anyformer.Data.Sources;
using Anyformer.Torch;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer doctor</c>: what this installation runs on, and what it lacks.</summary>
public static class DoctorCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("doctor", "Print what Anyformer runs on and what is missing.");
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var problems = new List<string>();
        var started = TryStart(problems);
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("what", "value");
        if (started)
            foreach (var fact in Machine.Facts().Append(new("libtorch library", LoadedLibraries.Torch)))
                table.AddRow(Markup.Escape(fact.Label), Markup.Escape(fact.Value));
        if (started)
            AddImages(table, problems);
        AddData(table, DataFolders.Store(parsed), DataFolders.Searched(parsed), problems);
        Terminal.Out.Write(table);
        foreach (var problem in problems)
            Terminal.Out.MarkupLineInterpolated($"[yellow]missing:[/] {problem}");
        return started ? 0 : 1;
    }

    private static bool TryStart(List<string> problems)
    {
        try
        {
            Engine.Start();
        }
        catch (DllNotFoundException exception)
        {
            problems.Add(exception.Message);
            return false;
        }

        if (LoadedLibraries.Blas.Contains("openblas-pthread", StringComparison.Ordinal))
            problems.Add("the OpenMP flavour of OpenBLAS (libopenblas0-openmp): without it two thread pools fight each other; run ./setup.sh");
        return true;
    }

    private static void AddImages(Table table, List<string> problems)
    {
        table.AddRow("images (JPEG, PNG)", ImageFile.Problem is null ? Markup.Escape(TorchRuntime.ImageLibrary!) : "cannot be decoded");
        if (ImageFile.Problem is { } problem)
            problems.Add(problem);
    }

    private static void AddData(Table table, DataStore store, IReadOnlyList<string> folders, List<string> problems)
    {
        foreach (var folder in folders)
            table.AddRow("data folder", Markup.Escape(folder) + (Directory.Exists(folder) ? "" : " (not there)"));
        foreach (var source in KnownDataSources.All)
        {
            var path = store.Find(source);
            table.AddRow($"data set {source.Id}", Markup.Escape(path ?? "not here"));
            if (path is null)
                problems.Add($"data set {source.Id}: anyformer data get {source.Id}");
        }
    }
}
