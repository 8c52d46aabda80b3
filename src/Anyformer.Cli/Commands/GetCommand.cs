using System.CommandLine;
using Anyformer.Cli.Progress;
using Anyformer.Data.Sources.Hub;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer get</c>: downloads models from the hub.</summary>
public static class GetCommand
{
    private const string Scheme = "hf:";

    private static readonly Argument<string> s_model = new("model") { Description = "a model of the Hugging Face hub, as hf:owner/name" };

    private static readonly Option<string> s_revision = new("--revision")
    {
        Description = "a branch, a tag or a commit",
        HelpName = "name",
        DefaultValueFactory = _ => "main",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("get", "Download a model from the hub into the cache that its other tools use too, and print its folder.") { s_model, s_revision };
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var model = parsed.GetValue(s_model)!;
        if (!model.StartsWith(Scheme, StringComparison.Ordinal))
            throw new UserException($"A model to download is named as hf:owner/name, found '{model}'.");
        using var client = new HttpClient();
        var hub = new ModelHub(client, HubSettings.Endpoint, HubSettings.CacheFolder, HubSettings.Token);
        var folder = ProgressDisplay.Show(speed => $"{Processor.Bytes(speed)}/s", display =>
        {
            var task = display.Add(model);
            var path = hub.GetAsync(model[Scheme.Length..], parsed.GetValue(s_revision)!, new DownloadReport(task), cancellation).GetAwaiter().GetResult();
            task.Finish();
            return path;
        });
        Console.Out.WriteLine(folder);
        return 0;
    }
}
