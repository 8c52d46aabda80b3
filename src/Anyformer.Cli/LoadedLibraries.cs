namespace Anyformer.Cli;

/// <summary>The shared libraries that the process has loaded, as Linux lists them.</summary>
public static class LoadedLibraries
{
    private const string MapsFile = "/proc/self/maps";

    /// <summary>Where libtorch is loaded from.</summary>
    public static string Torch => Find("libtorch_cpu") ?? "not loaded";

    /// <summary>Which BLAS serves matrix products: the OpenMP flavour of OpenBLAS shares libtorch's threads, the pthread flavour fights them.</summary>
    public static string Blas => Find("libmkl") ?? Find("libopenblas") ?? Find("libblas") ?? "inside libtorch";

    private static string? Find(string name) => !File.Exists(MapsFile) ? null : File.ReadLines(MapsFile)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Last())
        .FirstOrDefault(path => Path.GetFileName(path).StartsWith(name, StringComparison.Ordinal));
}
