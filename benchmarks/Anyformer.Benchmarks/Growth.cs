using System.Globalization;
using Anyformer.Benchmarks.Works;
using Anyformer.Inspection;
using Anyformer.Torch;

namespace Anyformer.Benchmarks;

/// <summary>How the time of a forward pass of attention grows with its tokens.</summary>
internal static class Growth
{
    private const int Heads = 2;

    internal static IReadOnlyList<int> Tokens { get; } = [512, 1024, 2048, 4096, 8192, 16_384, 32_768];

    /// <summary>Lines of a Markdown table, from 512 to 32,768 tokens, and the power of the tokens with which dense attention and a window grow.</summary>
    /// <param name="seconds">How long each is measured; what would take sixty times as long for one pass is left out.</param>
    internal static IReadOnlyList<string> Table(double seconds)
    {
        var (dense, window) = (Measure(AttentionWorks.Softmax, seconds), Measure(AttentionWorks.Window, seconds));
        return
        [
            "| tokens | dense ms | GFLOP/s | window of 256 ms |", "|---:|---:|---:|---:|",
            .. Tokens.Select(tokens => $"| {tokens.ToString("N0", CultureInfo.InvariantCulture)} | {Dense(tokens, dense)} | {Milliseconds(tokens, window)} |"),
            "",
            string.Create(CultureInfo.InvariantCulture,
                $"Forward, {Heads} heads x 64. Dense attention grows with tokens^{Power(dense):0.00}, the window with tokens^{Power(window):0.00}."),
        ];
    }

    private static SortedDictionary<int, double> Measure(Func<Tensor, Tensor, Tensor, Tensor> attention, double seconds)
    {
        var found = new SortedDictionary<int, double>();
        foreach (var tokens in Tokens)
        {
            if (found.Count > 0 && 4 * found.Last().Value > 60 * seconds)
                break;
            found[tokens] = 1 / Clock.Rate(seconds, 1, 1, AttentionWorks.Forward(attention, tokens, Heads));
        }

        return found;
    }

    private static string Dense(int tokens, SortedDictionary<int, double> found) => found.TryGetValue(tokens, out var seconds)
        ? string.Create(CultureInfo.InvariantCulture, $"{1e3 * seconds:0.00} | {AttentionWorks.Operations(tokens, Heads) / seconds / 1e9:0}") : "– | –";

    private static string Milliseconds(int tokens, SortedDictionary<int, double> found) =>
        found.TryGetValue(tokens, out var seconds) ? (1e3 * seconds).ToString("0.00", CultureInfo.InvariantCulture) : "–";

    /// <summary>The power of the tokens with which what was found for them grows.</summary>
    internal static double Power(SortedDictionary<int, double> found) => MixerCost.Exponent(found.Select(point => ((double)point.Key, point.Value)));
}
