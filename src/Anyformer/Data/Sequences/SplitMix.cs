namespace Anyformer.Data.Sequences;

/// <summary>
/// A small generator of random numbers whose numbers are fixed for good by seed and stream (SplitMix64, Steele, Lea and Flood 2014), so that data made
/// from them is the same on every machine and version.
/// </summary>
internal sealed class SplitMix(long seed, long stream = 0)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state = Mixed((ulong)seed + Golden) ^ Mixed((ulong)stream * Golden + 1);

    /// <summary>Uniform in [0, 1).</summary>
    internal double NextDouble() => (Next() >> 11) * (1.0 / (1L << 53));

    /// <summary>Uniform in 0 .. count - 1.</summary>
    internal int Next(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>The numbers 0 .. count - 1 in random order.</summary>
    internal int[] Permutation(int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var i = count - 1; i > 0; i--)
        {
            var other = Next(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }

    private ulong Next() => Mixed(_state += Golden);

    private static ulong Mixed(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
