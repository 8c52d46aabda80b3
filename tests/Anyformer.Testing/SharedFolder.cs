namespace Anyformer.Testing;

/// <summary>Finds the folder of data and parity cases that may lie beside the checkout; tests that need it skip, visibly, without it.</summary>
public static class SharedFolder
{
    /// <summary>The root of this checkout: the first parent folder of the test binaries that holds the solution.</summary>
    public static string ProjectRoot { get; } = FindProjectRoot();

    /// <summary>The path of <paramref name="relative"/> inside the shared folder; skips the calling test when it does not exist.</summary>
    public static string Require(string relative)
    {
        var path = Path.GetFullPath(Path.Combine(ProjectRoot, "..", "shared", relative));
        Skip.IfNot(Path.Exists(path), $"../shared/{relative} is not beside this checkout");
        return path;
    }

    private static string FindProjectRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Anyformer.slnx")))
                return folder.FullName;
        throw new InvalidOperationException($"No Anyformer.slnx above {AppContext.BaseDirectory}.");
    }
}
