using System.Globalization;
using Anyformer.Benchmarks.Works;
using Anyformer.Torch;

namespace Anyformer.Benchmarks;

/// <summary>How the memory of a forward and a backward pass of attention grows with its tokens, each number of them in a process of its own.</summary>
internal static class MemoryGrowth
{
    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor, Tensor>> s_forms = new()
    {
        ["attention"] = AttentionWorks.Softmax,
        ["composition"] = AttentionWorks.Composition,
    };

    internal static bool Has(string form) => s_forms.ContainsKey(form);

    /// <summary>One figure, measured in this process, as JSON.</summary>
    internal static string Json(string form, int tokens)
    {
        var found = AttentionMemory.Of(s_forms[form], tokens);
        return string.Create(CultureInfo.InvariantCulture, $$"""{"bytes": {{found.Bytes}}, "seconds": {{found.Seconds}}}""");
    }

    /// <summary>Lines of a Markdown table, and the power of the tokens with which either grows.</summary>
    /// <param name="threads">Threads of each process.</param>
    /// <param name="seconds">What would take longer for one pass is left out.</param>
    internal static IReadOnlyList<string> Table(int threads, double seconds)
    {
        var (attention, composition) = (Measure("attention", threads, seconds), Measure("composition", threads, seconds));
        return
        [
            "| tokens | attention MB | composition MB |", "|---:|---:|---:|",
            .. Growth.Tokens.Select(tokens => $"| {tokens.ToString("N0", CultureInfo.InvariantCulture)} | {Megabytes(tokens, attention)} | {Megabytes(tokens, composition)} |"),
            "",
            string.Create(CultureInfo.InvariantCulture,
                $"Peak resident memory above the inputs, forward and backward, {AttentionMemory.Heads} heads x {AttentionWorks.HeadWidth}, float32, each in a fresh process. Attention's grows with tokens^{Growth.Power(attention):0.00}, the composition's with tokens^{Growth.Power(composition):0.00}; where there is a dash, it would not fit into memory or take too long."),
        ];
    }

    private static SortedDictionary<int, double> Measure(string form, int threads, double seconds)
    {
        var (found, last) = (new SortedDictionary<int, double>(), new AttentionMemory(0, 0));
        foreach (var tokens in Growth.Tokens)
        {
            if (!Fits(last, seconds))
                break;
            var told = ChildProcess.Json(Environment.ProcessPath!, ["attention-memory", form, $"{tokens}", "--threads", $"{threads}"]);
            last = new AttentionMemory(told.GetProperty("bytes").GetInt64(), told.GetProperty("seconds").GetDouble());
            found[tokens] = last.Bytes;
        }

        return found;
    }

    /// <summary>Whether there is room and time for twice as many tokens, should both grow fourfold.</summary>
    private static bool Fits(AttentionMemory last, double seconds) =>
        4 * last.Bytes < GC.GetGCMemoryInfo().TotalAvailableMemoryBytes && 4 * last.Seconds < seconds;

    private static string Megabytes(int tokens, SortedDictionary<int, double> found) =>
        found.TryGetValue(tokens, out var bytes) ? (bytes / 1e6).ToString("N1", CultureInfo.InvariantCulture) : "–";
}
