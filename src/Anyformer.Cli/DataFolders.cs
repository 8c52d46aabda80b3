using System.CommandLine;
using Anyformer.Data.Sources;

namespace Anyformer.Cli;

/// <summary>Where data sets are looked for and put.</summary>
public static class DataFolders
{
    /// <summary>The folder of this installation that holds <c>datasets/</c>: the first above the program that has one.</summary>
    public static string? Installation { get; } = FindInstallation();

    /// <summary>Where downloads go: the user's data folder.</summary>
    public static string Downloads => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "anyformer", "datasets");

    /// <summary>Where the rows of tables go that are read without holding them in memory.</summary>
    public static string Cache => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "anyformer", "cache");

    /// <summary>The parity cases beside this installation; null when there are none.</summary>
    public static string? Parity => Installation is not null && Path.GetFullPath(Path.Combine(Installation, "..", "shared", "parity")) is var folder
        && Directory.Exists(folder) ? folder : null;

    /// <summary>The folders to search, in order, those that do not exist among them.</summary>
    public static IReadOnlyList<string> Searched(ParseResult parsed)
    {
        var configured = Environment.GetEnvironmentVariable("ANYFORMER_DATA")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        string[] own = Installation is null ? [] : [Path.Combine(Installation, "datasets"), Path.GetFullPath(Path.Combine(Installation, "..", "shared", "data"))];
        return [.. parsed.GetValue(SharedOptions.DataDirs) ?? [], .. configured, .. own, Downloads];
    }

    /// <summary>The store of data sets that a command line sees.</summary>
    /// <exception cref="UserException">A folder named with --data-dir does not exist.</exception>
    public static DataStore Store(ParseResult parsed)
    {
        foreach (var folder in parsed.GetValue(SharedOptions.DataDirs) ?? [])
            if (!Directory.Exists(folder))
                throw new UserException($"The folder '{folder}' of --data-dir does not exist.");
        return new DataStore(Searched(parsed), Downloads) { CacheFolder = Cache };
    }

    private static string? FindInstallation()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "datasets")))
                return folder.FullName;
        return null;
    }
}
