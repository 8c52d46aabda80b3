using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Anyformer.Comparison;

namespace Anyformer.Cli.Reports;

/// <summary>
/// The one file that a report is: template, style, scripts, charting library and data together. Its content policy allows no
/// network at all and no script but the ones named here by hash.
/// </summary>
internal static partial class ReportPage
{
    /// <summary>The page of <paramref name="result"/> with the given <paramref name="body"/>.</summary>
    public static string Render(ComparisonResult result, Html body) => Render(result.Experiment.Title, ComparisonJson.Write(result), body);

    /// <summary>The page of any <paramref name="data"/> whose charts the page's scripts know.</summary>
    public static string Render(string title, string data, Html body)
    {
        var (library, charts, script) = (Resource("echarts.js"), Resource("charts.js"), Resource("report.js"));
        var hashes = string.Join(' ', new[] { library, charts, script }.Select(Hash));
        var slots = new Dictionary<string, string>
        {
            ["policy"] = $"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {hashes}",
            ["version"] = typeof(ReportPage).Assembly.GetName().Version!.ToString(3),
            ["title"] = Html.Of($"{title}").ToString(),
            ["style"] = Resource("report.css"),
            ["body"] = body.ToString(),
            ["data"] = data,
            ["library"] = library,
            ["charts"] = charts,
            ["script"] = script,
        };
        // One pass, so that a slot's name inside the user's own text stays text.
        return Slot().Replace(Resource("report.html"), match => slots[match.Groups[1].Value]);
    }

    /// <summary>Writes <paramref name="page"/> beside <paramref name="path"/>, then puts it in place.</summary>
    public static void Write(string path, string page)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"The report cannot be written to {path}: {exception.Message}", exception);
        }

        AtomicFile.WriteText(path, page);
    }

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Reports/{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static string Hash(string script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Slot();
}
