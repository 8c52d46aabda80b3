using System.Globalization;

namespace Anyformer.Benchmarks.Pairs;

/// <summary>
/// Measures the sides of a pair in turn, A B C A B C, in processes of their own and with as many threads each, so that all see the same machine.
/// Each runs at its best setting, found first.
/// </summary>
/// <param name="Threads">Threads of each side.</param>
/// <param name="Rounds">How often each is measured.</param>
/// <param name="Seconds">How long a measurement takes.</param>
internal sealed record PairedRun(int Threads, int Rounds, double Seconds)
{
    internal PairResult Measure(Pair pair)
    {
        Side[] sides = [pair.Ours, .. pair.Peers.Where(peer => peer.Missing is null)];
        foreach (var peer in pair.Peers.Where(peer => peer.Missing is not null))
            Write($"{pair.Name}: without {peer.Name}, for {peer.Missing}");
        var chosen = sides.Select(side => Best(pair, side)).ToArray();
        var runs = sides.Select(_ => new List<SideRun>()).ToArray();
        for (var round = 0; round < Rounds; round++)
            for (var side = 0; side < sides.Length; side++)
                runs[side].Add(Side.Measure(chosen[side], Threads, Seconds));
        return new PairResult(pair, [.. sides.Select((side, i) => new SideResult(side.Name, chosen[i].Setting, runs[i]))], DateTime.UtcNow);
    }

    private SideSettings Best(Pair pair, Side side)
    {
        if (side.Settings is [var only])
            return only;
        var tried = side.Settings.Select(settings => (Settings: settings, Side.Measure(settings, Threads, Seconds / 2).Rate)).ToArray();
        foreach (var (settings, rate) in tried)
            Write($"{pair.Name}: {side.Name}, {settings.Setting}: {rate:0.##} {pair.Unit}/s");
        return tried.MaxBy(candidate => candidate.Rate).Settings;
    }

    private static void Write(FormattableString text) => Console.Error.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
