namespace Anyformer.Benchmarks.Pairs;

/// <summary>The sides there are: this library, Python on the same libtorch, ONNX Runtime, and PyTorch 2.6 in a Debian 13.</summary>
internal static class Sides
{
    /// <summary>What the OpenMP library takes by itself.</summary>
    private const int LongSpin = 300_000;

    private const string OpenBlas = "/usr/lib/x86_64-linux-gnu/openblas-openmp";

    private static readonly string s_benchmarks = Folder();

    private static readonly string s_build = Path.Combine(s_benchmarks, "..", "build");

    /// <summary>A work of this library.</summary>
    internal static Side Ours(string work, string name = "Anyformer") => new(name,
        [.. Spins().Select(spin => new SideSettings(Spinning(spin), Environment.ProcessPath!, ["step", work], Variables(spin)))]);

    /// <summary>A script in <c>benchmarks/peers</c> by the Python of the system, on the same libtorch and the same OpenBLAS.</summary>
    internal static Side Python(string script, params string[] arguments)
    {
        var python = Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3";
        var isTraining = script.EndsWith("_step.py", StringComparison.Ordinal) && !arguments.Contains("--inference");
        var settings = from spin in Spins()
                       from foreachForm in isTraining ? new[] { false, true } : [false]
                       select new SideSettings($"{Spinning(spin)}{(foreachForm ? ", foreach optimiser" : "")}", python,
                           [Peer(script), .. arguments, .. foreachForm ? new[] { "--foreach" } : []],
                           Variables(spin, Directory.Exists(OpenBlas) ? OpenBlas : null));
        return new Side("Python", [.. settings], File.Exists(python) ? null : $"there is no {python}");
    }

    /// <summary>ONNX Runtime on a model that the Python peer exports, at its default and without spinning.</summary>
    internal static Side OnnxRuntime(string size, int batch)
    {
        var (modules, model) = (Path.Combine(s_build, "peers", "node_modules"), Path.Combine(s_build, "peers", $"vit_{size}.onnx"));
        var settings = new[] { "1", "0" }.Select(spin => new SideSettings(spin == "1" ? "spinning" : "not spinning", "node",
            [Peer("onnx_runtime.js"), model, $"{batch}", "--spin", spin], new Dictionary<string, string> { ["NODE_PATH"] = modules }));
        var missing = !Directory.Exists(Path.Combine(modules, "onnxruntime-node")) ? "onnxruntime-node is not installed" : !File.Exists(model) ? $"{model} was not exported" : null;
        return new Side("ONNX Runtime", [.. settings], missing);
    }

    /// <summary>A script by the Python of a Debian 13, as <c>benchmarks/debian13.sh</c> makes one, on its PyTorch 2.6; as root.</summary>
    internal static Side Debian13(string script, params string[] arguments)
    {
        var root = Environment.GetEnvironmentVariable("ANYFORMER_DEBIAN13") ?? Path.Combine(s_build, "debian13");
        var hasTorch = Directory.Exists(Path.Combine(root, "usr", "lib", "python3", "dist-packages", "torch"));
        return new Side("PyTorch 2.6",
            [.. Spins().Select(spin => new SideSettings(Spinning(spin), Peer("debian13.sh"), [root, Peer(script), .. arguments], Variables(spin)))],
            hasTorch ? null : "there is no Debian 13 with its PyTorch (benchmarks/debian13.sh makes one)");
    }

    private static IEnumerable<int> Spins() => [1000, LongSpin];

    private static string Spinning(int spin) => spin == LongSpin ? "long spinning" : "brief spinning";

    private static Dictionary<string, string> Variables(int spin, string? libraries = null)
    {
        var variables = new Dictionary<string, string> { ["GOMP_SPINCOUNT"] = $"{spin}" };
        if (libraries is not null)
            variables["LD_LIBRARY_PATH"] = libraries;
        return variables;
    }

    private static string Peer(string script) => Path.Combine(s_benchmarks, "peers", script);

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "peers")))
                return folder.FullName;
        throw new InvalidOperationException("The folder benchmarks/peers was not found above the program.");
    }
}
