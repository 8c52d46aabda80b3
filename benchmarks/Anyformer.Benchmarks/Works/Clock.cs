using System.Diagnostics;

namespace Anyformer.Benchmarks.Works;

/// <summary>Counts how often work can be done.</summary>
internal static class Clock
{
    /// <summary>Units a second.</summary>
    /// <param name="seconds">How long it is measured; the last call is finished.</param>
    /// <param name="warmUp">Calls before.</param>
    /// <param name="unitsOfEach">Units that a call is.</param>
    /// <param name="work">The work.</param>
    internal static double Rate(double seconds, int warmUp, int unitsOfEach, Action work)
    {
        for (var i = 0; i < warmUp; i++)
            work();
        var clock = Stopwatch.StartNew();
        var units = 0L;
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            work();
            units += unitsOfEach;
        }

        return units / clock.Elapsed.TotalSeconds;
    }
}
