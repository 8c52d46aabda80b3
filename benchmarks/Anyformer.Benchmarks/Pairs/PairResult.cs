using System.Globalization;

namespace Anyformer.Benchmarks.Pairs;

/// <summary>What one side did.</summary>
/// <param name="Name">The side.</param>
/// <param name="Setting">Its best setting.</param>
/// <param name="Runs">Its runs, in order.</param>
internal sealed record SideResult(string Name, string Setting, IReadOnlyList<SideRun> Runs)
{
    internal double Median => PairResult.MedianOf(Runs.Select(run => run.Rate));

    internal string? Version => Runs[0].Version;
}

/// <summary>What the sides of a pair did in turn.</summary>
/// <param name="Pair">The work.</param>
/// <param name="Sides">Ours first.</param>
/// <param name="At">When.</param>
internal sealed record PairResult(Pair Pair, IReadOnlyList<SideResult> Sides, DateTime At)
{
    /// <summary>Our rate over that of each peer, with its spread over the rounds.</summary>
    internal IEnumerable<(SideResult Peer, double Ratio, double Least, double Most)> Ratios() => Sides.Skip(1).Select(peer =>
    {
        double[] ratios = [.. Sides[0].Runs.Zip(peer.Runs, static (ours, theirs) => ours.Rate / theirs.Rate)];
        return (peer, MedianOf(ratios), ratios.Min(), ratios.Max());
    });

    internal IEnumerable<string> Lines()
    {
        foreach (var side in Sides)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{side.Name}: median {side.Median:0.##} {Pair.Unit}/s of {side.Runs.Count} rounds ({side.Runs.Min(run => run.Rate):0.##} to {side.Runs.Max(run => run.Rate):0.##}), {side.Setting}");
        foreach (var (peer, ratio, least, most) in Ratios())
            yield return string.Create(CultureInfo.InvariantCulture, $"ratio {Sides[0].Name} over {peer.Name}: {ratio:0.00} ({least:0.00} to {most:0.00})");
    }

    internal static double MedianOf(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }
}
