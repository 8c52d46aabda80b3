using System.Globalization;
using Spectre.Console;

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

    /// <summary>Makes the folder of a run, if need be, and says which it is.</summary>
    /// <exception cref="UserException">There is a file of that name.</exception>
    public static void Enter(string folder)
    {
        if (File.Exists(folder))
            throw new UserException($"'{folder}' is a file, expected a folder for the run.");
        Directory.CreateDirectory(folder);
        Terminal.Error.WriteLine($"Run folder: {folder}");
    }
}
