using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Anyformer.Benchmarks;

/// <summary>
/// Measures C# against Python on the same libtorch, in turn and in processes of their own, so that both see the same machine. Each side runs at
/// its best setting, found first: threads, how long idle threads spin, and, for Python, the form of the optimiser.
/// </summary>
internal static class PairedRun
{
    /// <summary>What the OpenMP library takes by itself.</summary>
    private const int LongSpin = 300_000;

    private static readonly string s_openBlas = "/usr/lib/x86_64-linux-gnu/openblas-openmp";

    internal static int Run(string work, int rounds)
    {
        var sides = new[] { Best("C#", Ours(work)), Best("Python", Theirs(work)) };
        var rates = sides.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < rounds; round++)
            for (var side = 0; side < sides.Length; side++)
                rates[side].Add(sides[side].Measure());
        for (var side = 0; side < sides.Length; side++)
            Write($"{sides[side].Name}: median {Median(rates[side]):0.##} a second of {rounds} rounds ({rates[side].Min():0.##} to {rates[side].Max():0.##}), {sides[side].Setting}");
        var ratios = rates[0].Zip(rates[1], static (ours, theirs) => ours / theirs).ToList();
        Write($"ratio C# over Python: {Median(ratios):0.00} ({ratios.Min():0.00} to {ratios.Max():0.00})");
        return 0;
    }

    private static IEnumerable<Side> Ours(string work) =>
        from threads in new[] { 1, 2 }
        from spin in new[] { 1000, LongSpin }
        select new Side("C#", $"{threads} threads, {spin} spins",
            Environment.ProcessPath!, ["step", work, "--threads", $"{threads}"], Variables(spin, blas: false));

    private static IEnumerable<Side> Theirs(string work)
    {
        var script = Path.Combine(Folder(), "peers", work == "operator" ? "operator_call.py" : $"{work}_step.py");
        return from threads in new[] { 1, 2 }
               from spin in new[] { 1000, LongSpin }
               from foreachForm in work == "operator" ? new[] { false } : [false, true]
               select new Side("Python", $"{threads} threads, {spin} spins{(foreachForm ? ", foreach optimiser" : "")}",
                   Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3",
                   [script, "--threads", $"{threads}", .. foreachForm ? new[] { "--foreach" } : []], Variables(spin, blas: true));
    }

    /// <summary>Python gets the flavour of OpenBLAS that shares libtorch's threads by the loader's path, as ours has it built in.</summary>
    private static Dictionary<string, string> Variables(int spin, bool blas)
    {
        var variables = new Dictionary<string, string> { ["GOMP_SPINCOUNT"] = $"{spin}" };
        if (blas && Directory.Exists(s_openBlas))
            variables["LD_LIBRARY_PATH"] = s_openBlas;
        return variables;
    }

    private static Side Best(string name, IEnumerable<Side> candidates)
    {
        var tried = candidates.Select(side => (Side: side, Rate: side.Measure())).ToArray();
        foreach (var (side, rate) in tried)
            Write($"{name} with {side.Setting}: {rate:0.##} a second");
        return tried.MaxBy(candidate => candidate.Rate).Side;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "peers")))
                return folder.FullName;
        throw new InvalidOperationException("The folder benchmarks/peers was not found above the program.");
    }

    private static void Write(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private sealed record Side(string Name, string Setting, string Program, string[] Arguments, Dictionary<string, string> Variables)
    {
        /// <summary>One run in a process of its own: units a second.</summary>
        internal double Measure()
        {
            var start = new ProcessStartInfo(Program, Arguments) { RedirectStandardOutput = true };
            foreach (var (name, value) in Variables)
                start.Environment[name] = value;
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{Program} {string.Join(' ', Arguments)} ended with {process.ExitCode}.");
            return JsonDocument.Parse(output).RootElement.GetProperty("rate").GetDouble();
        }
    }
}
