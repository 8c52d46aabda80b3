using System.Globalization;
using System.Text;
using Anyformer.Benchmarks.Pairs;
using Anyformer.Inspection.Profiling;

namespace Anyformer.Benchmarks;

/// <summary>The page <c>docs/benchmarks.md</c>.</summary>
internal static class BenchmarksPage
{
    internal static string Write(PairedRun run, IReadOnlyList<PairResult> results, IReadOnlyList<string> growth, IReadOnlyList<string> memory)
    {
        var page = new StringBuilder("# Benchmarks\n\n");
        page.Append(CultureInfo.InvariantCulture, $"""
            Made by `benchmarks/run.sh`; one row anew: `benchmarks/run.sh --only <work>`, to the terminal alone: `dotnet run -c Release --project benchmarks/Anyformer.Benchmarks -- pair <work>`.
            The sides of a row do the same work in turn, A B C A B C, {run.Rounds} rounds of {run.Seconds:0.#} s, each in a process of its own, with {run.Threads} threads each and at its own best
            setting (how long idle threads spin; for training in Python the form of the optimiser). The rate is the median; the ratio is the median of the
            rounds' ratios, and in brackets its least and its largest. Above 1 Anyformer is faster.


            """);
        page.Append("| work | | a second | ratio | setting | command | date |\n|---|---|---:|---:|---|---|---|\n");
        foreach (var result in results)
            AppendRows(page, result);
        AppendSection(page, "Growth with tokens", growth);
        AppendSection(page, "Memory of attention", memory);
        AppendSection(page, "Machine", Machine(results));
        return page.ToString();
    }

    private static void AppendSection(StringBuilder page, string title, IEnumerable<string> lines) =>
        page.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n").AppendJoin('\n', lines).Append('\n');

    private static void AppendRows(StringBuilder page, PairResult result)
    {
        var ratios = result.Ratios().ToDictionary(ratio => ratio.Peer);
        foreach (var side in result.Sides)
        {
            var first = side == result.Sides[0];
            var ratio = ratios.TryGetValue(side, out var known)
                ? string.Create(CultureInfo.InvariantCulture, $"**{known.Ratio:0.00}** ({known.Least:0.00}–{known.Most:0.00})") : "";
            page.Append(CultureInfo.InvariantCulture,
                $"| {(first ? result.Pair.Text : "")} | {side.Name} | {side.Median:0.##} {result.Pair.Unit} | {ratio} | {side.Setting} | {(first ? $"`--only {result.Pair.Name}`" : "")} | {(first ? result.At.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "")} |\n");
        }

        foreach (var peer in result.Pair.Peers.Where(peer => peer.Missing is not null))
            page.Append(CultureInfo.InvariantCulture, $"| | {peer.Name} | | | left out: {peer.Missing} | | |\n");
    }

    private static IEnumerable<string> Machine(IReadOnlyList<PairResult> results)
    {
        foreach (var fact in Cli.Machine.Facts())
            yield return $"- {fact.Label}: {fact.Value}";
        var peak = MachinePeak.Measure();
        yield return string.Create(CultureInfo.InvariantCulture,
            $"- measured peak: {peak.OperationsPerSecond / 1e9:0} GFLOP/s of float32 multiply-adds in vectors of {peak.VectorBits} bits, {peak.BytesPerSecond / 1e9:0.0} GB/s of memory, {peak.Threads} threads");
        foreach (var side in results.SelectMany(result => result.Sides).Where(side => side.Version is not null).DistinctBy(side => (side.Name, side.Version)))
            yield return $"- {side.Name}: {side.Version}";
    }
}
