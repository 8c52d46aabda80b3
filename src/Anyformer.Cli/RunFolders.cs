using System.Globalization;

namespace Anyformer.Cli;

/// <summary>The folders that runs go to.</summary>
public static class RunFolders
{
    /// <summary>A folder under <c>runs/</c> in the current directory that does not exist yet.</summary>
    public static string New(string name, DateTimeOffset time)
    {
        var stem = Path.Combine("runs", string.Create(CultureInfo.InvariantCulture, $"{name}-{time:yyyyMMdd-HHmmss}"));
        var folder = stem;
        for (var i = 2; Directory.Exists(folder); i++)
            folder = $"{stem}-{i}";
        return folder;
    }
}
