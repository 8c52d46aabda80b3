using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Anyformer.Cli.Tests.Reports;

/// <summary>A headless Chromium that opens a page from a file and says what became of it; tests skip where none is installed.</summary>
internal static partial class Browser
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The document, as HTML, after its scripts have run.</summary>
    public static string Open(string page)
    {
        var program = Find();
        Skip.If(program is null, "Chromium is not installed");
        var folder = Directory.CreateTempSubdirectory("anyformer-browser-");
        try
        {
            var path = Path.Combine(folder.FullName, "report.html");
            File.WriteAllText(path, page);
            return Run(program, folder.FullName, new Uri(path).AbsoluteUri);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>How many charts the document has, how many of them were drawn, and what its scripts complained about.</summary>
    public static (int Charts, int Drawn, string Errors) Charts(string document) =>
        (Chart().Count(document), Drawn().Count(document), ErrorList().Match(document).Groups[1].Value);

    private static string Run(string program, string folder, string address)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[]
        {
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", $"--user-data-dir={folder}/profile", "--virtual-time-budget=5000", "--dump-dom", address,
        })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var document = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
            process.Kill(entireProcessTree: true);
        return document.GetAwaiter().GetResult();
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    [GeneratedRegex("<div class=\"chart\"[^>]*>")]
    private static partial Regex Chart();

    [GeneratedRegex("<div class=\"chart\"[^>]* data-drawn=\"true\"[^>]*><div[^>]*><svg[^>]*>.*?<path ", RegexOptions.Singleline)]
    private static partial Regex Drawn();

    [GeneratedRegex("<p id=\"script-errors\"[^>]*>(.*?)</p>", RegexOptions.Singleline)]
    private static partial Regex ErrorList();
}
