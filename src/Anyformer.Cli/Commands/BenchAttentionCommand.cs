using System.CommandLine;
using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Cli.Reports;
using Anyformer.Inspection;
using Anyformer.Recipes;
using Anyformer.Torch;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer bench attention</c>: time and memory of mechanisms against the number of tokens, and the power with which they grow.</summary>
public static class BenchAttentionCommand
{
    private static readonly Option<string> s_attention = new("--attention")
    {
        Description = "mechanisms, as the catalog names them, separated by commas, or all",
        DefaultValueFactory = _ => "all",
    };

    private static readonly Option<int[]> s_tokens = new("--tokens")
    {
        Description = "numbers of tokens, separated by commas",
        CustomParser = result => Numbers(result.Tokens.Single().Value, result.AddError),
        DefaultValueFactory = _ => [1024, 2048, 4096, 8192, 16384],
    };

    private static readonly Option<int> s_width = SharedOptions.Count("--width", "width of a token", 128);

    private static readonly Option<int> s_heads = SharedOptions.Count("--heads", "heads side by side", 4);

    private static readonly Option<int> s_batch = SharedOptions.Count("--batch", "samples of a batch", 1);

    private static readonly Option<int> s_rounds = SharedOptions.Count("--rounds", "how often each is measured; the median counts", 3);

    private static readonly Option<double> s_limit = new("--limit")
    {
        Description = "leave out what would take longer than so many seconds a step, or more than half of the free memory",
        DefaultValueFactory = _ => 20,
    };

    private static readonly Option<bool> s_causal = new("--causal") { Description = "under a causal mask" };

    private static readonly Option<int?> s_threads = SharedOptions.Threads();

    private static readonly Option<bool> s_json = SharedOptions.Json();

    private static readonly Option<string?> s_picture = new("--picture") { Description = "write the curves as an HTML page too", HelpName = "file" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("attention", "Measure time and memory of attention mechanisms against the number of tokens.")
        {
            s_attention, s_tokens, s_width, s_heads, s_batch, s_rounds, s_limit, s_causal, s_threads, s_json, s_picture,
        };
        command.SetAction(Run);
        return command;
    }

    private static void Run(ParseResult parsed)
    {
        Engine.Start(parsed.GetValue(s_threads));
        var (width, heads, batch) = (parsed.GetValue(s_width), parsed.GetValue(s_heads), parsed.GetValue(s_batch));
        var mask = parsed.GetValue(s_causal) ? AttentionMask.Causal : null;
        var tokens = parsed.GetValue(s_tokens)!;
        var results = new List<AttentionCosts>();
        foreach (var entry in Entries(parsed.GetValue(s_attention)!, mask is not null))
        {
            results.Add(Measure(entry, [.. tokens.Order()], new TokenMixerShape(0, width, heads), batch, mask, parsed));
            if (!parsed.GetValue(s_json))
                Terminal.Error.WriteLine(results[^1].Line);
        }

        var report = new AttentionBenchReport(
            $"{batch} x tokens x {width}, {heads} heads{(mask is null ? "" : ", causal")}, float32", parsed.GetValue(s_rounds), Machine.Facts(), results);
        if (parsed.GetValue(s_json))
            Console.Out.WriteLine(report.Json());
        else
            Terminal.Out.Write(report.Table());
        if (parsed.GetValue(s_picture) is { } path)
            ReportPage.Write(path, report.Page());
    }

    private static IReadOnlyList<CatalogEntry> Entries(string names, bool causal)
    {
        if (names != "all")
            return [.. names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(MethodCatalog.Get<TokenMixer>)];
        return [.. MethodCatalog.OfRole<TokenMixer>().Where(entry => !causal || entry.Claims!.Causal)];
    }

    private static AttentionCosts Measure(
        CatalogEntry entry, int[] lengths, TokenMixerShape shape, int batch, AttentionMask? mask, ParseResult parsed)
    {
        var costs = new List<MixerCost>();
        string? stopped = null;
        foreach (var tokens in lengths)
        {
            stopped = TooMuch(costs, tokens, parsed.GetValue(s_limit));
            if (stopped is not null)
                break;
            try
            {
                using var scope = new TensorScope();
                TorchRuntime.ManualSeed(1);
                var mixer = new Part<TokenMixer>(entry.Id, entry.DefaultOptions).Build(shape with { Tokens = tokens });
                costs.Add(MixerCost.Of(mixer, Functional.Randn([batch, tokens, shape.Width]), mask, parsed.GetValue(s_rounds)));
            }
            catch (UserException refusal)
            {
                stopped = refusal.Message;
                break;
            }
        }

        return new AttentionCosts(entry, costs, stopped);
    }

    /// <summary>Why a length is not tried, judged by the one before as if everything grew with the square.</summary>
    private static string? TooMuch(List<MixerCost> costs, int tokens, double limit)
    {
        if (costs is not [.., var last])
            return null;
        var growth = Math.Pow((double)tokens / last.Tokens, costs.Count > 1 ? MixerCost.Exponent([Point(costs[^2]), Point(last)]) : 2);
        if (last.StepSeconds * growth > limit)
            return $"a step on {tokens} tokens would take about {last.StepSeconds * growth:0} s";
        var bytes = last.PeakBytes * growth;
        return bytes > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2.0 ? $"a step on {tokens} tokens would take about {Figures.Bytes(bytes)}" : null;
    }

    private static (double, double) Point(MixerCost cost) => (cost.Tokens, cost.StepSeconds);

    private static int[] Numbers(string text, Action<string> wrong)
    {
        int[] numbers = [.. text.Split(',').Select(part => int.TryParse(part, out var number) && number is > 0 and <= 1 << 20 ? number : 0)];
        if (numbers.Contains(0))
            wrong($"--tokens takes whole numbers from 1 to {1 << 20}, separated by commas, found '{text}'.");
        return numbers;
    }
}
