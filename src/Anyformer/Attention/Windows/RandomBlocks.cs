using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>Which blocks of keys the queries of a block see beside their window and the first and last blocks.</summary>
internal static class RandomBlocks
{
    /// <summary>Different blocks for every block of queries but the first and the last: numbers of blocks, (heads, blocks - 2, count).</summary>
    /// <param name="seed">The same seed gives the same blocks.</param>
    /// <param name="heads">Heads, each with blocks of its own.</param>
    /// <param name="blocks">Blocks of a sample.</param>
    /// <param name="count">How many; the sample must have so many that are neither first, nor last, nor in a window of three.</param>
    internal static Tensor Draw(long seed, int heads, int blocks, int count)
    {
        var random = new Random(unchecked((int)seed));
        var drawn = new long[heads * (blocks - 2) * count];
        for (var row = 0; row < heads * (blocks - 2); row++)
            DrawRow(random, 1 + row % (blocks - 2), blocks, drawn.AsSpan(row * count, count));
        return Tensor.From<long>(drawn, [heads, blocks - 2, count]);
    }

    private static void DrawRow(Random random, int query, int blocks, Span<long> drawn)
    {
        var (windowBegin, windowEnd) = (Math.Max(1, query - 1), Math.Min(blocks - 1, query + 2));
        var window = windowEnd - windowBegin;
        var candidates = blocks - 2 - window;
        // Robert Floyd's way to draw different numbers without a list of all.
        for (var i = 0; i < drawn.Length; i++)
        {
            var last = candidates - drawn.Length + i;
            var candidate = random.Next(last + 1);
            var block = Block(candidate, windowBegin, window);
            drawn[i] = drawn[..i].Contains(block) ? Block(last, windowBegin, window) : block;
        }
    }

    /// <summary>The block of a candidate's number: candidates are the blocks behind the first, those of the window left out.</summary>
    private static long Block(int candidate, int windowBegin, int window) => candidate + 1 < windowBegin ? candidate + 1 : candidate + 1 + window;
}
