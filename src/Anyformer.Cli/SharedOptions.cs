using System.CommandLine;

namespace Anyformer.Cli;

/// <summary>Options that several commands take.</summary>
public static class SharedOptions
{
    /// <summary>Shows where a failure came from.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "show where a failure came from", Recursive = true };

    /// <summary>Folders to look for data sets in.</summary>
    public static Option<string[]> DataDirs { get; } = new("--data-dir")
    {
        Description = "a folder to look for data sets in, before those of ANYFORMER_DATA and of this installation; may be given again",
        Recursive = true,
    };

    /// <summary>Results as JSON on standard output.</summary>
    public static Option<bool> Json() => new("--json") { Description = "write the result as JSON to standard output" };

    /// <summary>Threads of tensor operations.</summary>
    public static Option<int?> Threads() => new("--threads") { Description = "threads of tensor operations; one a physical core when left out" };
}
