using System.CommandLine;
using Anyformer.Cli.Progress;
using Anyformer.Data.Sources;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer data</c>: the public data sets it knows.</summary>
public static class DataCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => new("data", "List, download and check public data sets.") { List(), Get(), Check() };

    private static Command List()
    {
        var command = new Command("list", "The data sets, and where they are.");
        command.SetAction(parsed =>
        {
            var store = DataFolders.Store(parsed);
            var table = new Table().Border(TableBorder.Simple).AddColumns("id", "what", "size", "licence", "where");
            foreach (var source in KnownDataSources.All)
                table.AddRow(new[] { source.Id, source.Description, Processor.Bytes(source.Bytes), source.Licence, store.Find(source) ?? "not here" }.Select(Markup.Escape).ToArray());
            Terminal.Out.Write(table);
        });
        return command;
    }

    private static Command Get()
    {
        var ids = Ids();
        var command = new Command("get", "Download data sets, going on where a download broke off, and verify them.") { ids };
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var store = DataFolders.Store(parsed);
            using var client = new HttpClient();
            foreach (var source in Chosen(parsed, ids))
                Terminal.Out.MarkupLineInterpolated($"{source.Id}: {Download(store, source, client, cancellation)}");
            return 0;
        }));
        return command;
    }

    private static Command Check()
    {
        var ids = Ids();
        var command = new Command("check", "Compare the files with their known SHA-256.") { ids };
        command.SetAction(parsed =>
        {
            var store = DataFolders.Store(parsed);
            // A data set that was asked for by name has to be there.
            var named = parsed.GetValue(ids) is { Length: > 0 };
            var wrong = 0;
            foreach (var check in Chosen(parsed, ids).Select(store.Check))
            {
                Terminal.Out.MarkupLineInterpolated($"{check.Source.Id}: {Verdict(check)}");
                wrong += check.State == DataState.Different || (named && check.State == DataState.Missing) ? 1 : 0;
            }

            return wrong == 0 ? 0 : 2;
        });
        return command;
    }

    private static Argument<string[]> Ids() => new("ids") { Description = "data sets; all when left out", Arity = ArgumentArity.ZeroOrMore };

    private static IEnumerable<DataSource> Chosen(ParseResult parsed, Argument<string[]> ids) =>
        parsed.GetValue(ids) is { Length: > 0 } named ? [.. named.Select(KnownDataSources.Get)] : KnownDataSources.All;

    private static string Download(DataStore store, DataSource source, HttpClient client, CancellationToken cancellation) =>
        ProgressDisplay.Show(speed => $"{Processor.Bytes(speed)}/s", display =>
        {
            var task = display.Add(source.Id);
            var path = store.GetAsync(source, client, new DownloadReport(task), cancellation).GetAwaiter().GetResult();
            task.Finish();
            return path;
        });

    private static string Verdict(DataCheck check) => check.State switch
    {
        DataState.Valid => $"{check.Path} is as published",
        DataState.Different => $"{check.Path} is something else: its SHA-256 is {check.Sha256 ?? "that of damaged gzip data"}, expected {check.Source.Contents[0].Sha256}",
        _ => "not here",
    };
}
