namespace Anyformer.Blocks.Lightweight;

/// <summary>One grouped map of a DExTra or DeFINE unit.</summary>
/// <param name="Inputs">Width of its input: what came before and, behind the first, the unit's projected input.</param>
/// <param name="Outputs">Width of its output.</param>
/// <param name="Groups">Groups.</param>
public sealed record GroupedMap(int Inputs, int Outputs, int Groups);

/// <summary>Widths and groups of the maps of a unit, from its projected input to its widest point and back.</summary>
public static class GroupPlan
{
    /// <summary>Outputs are multiples of it, as the authors' code has them.</summary>
    private const int Multiple = 8;

    /// <summary>Groups grow by two up to the middle and shrink after it, and so do the widths (DeLighT, arXiv 2008.00623, section 3.1).</summary>
    /// <param name="inputs">Width of the projected input.</param>
    /// <param name="outputs">Width of the last output.</param>
    /// <param name="widest">Width in the middle.</param>
    /// <param name="depth">Maps, 2 at least.</param>
    /// <param name="mostGroups">Most groups of a map.</param>
    /// <exception cref="UserException">There are fewer than two maps.</exception>
    public static IReadOnlyList<GroupedMap> Dextra(int inputs, int outputs, double widest, int depth, int mostGroups)
    {
        RequireTwo(depth);
        var middle = (depth + 1) / 2;
        int[] rising = [.. Enumerable.Range(1, middle).Select(i => PowerOfTwo(i, mostGroups))];
        var widths = Spaced(inputs, widest, middle).Select(width => (int)width).ToArray();
        // An odd depth has its middle once.
        var falling = depth % 2;
        return Plan(inputs, outputs, [.. widths, .. widths.Reverse().Skip(falling).SkipLast(1)], [.. rising, .. rising.Reverse().Skip(falling)]);
    }

    /// <summary>Widths grow to the last map but one while groups shrink to 1 (DeFINE, arXiv 1911.12385).</summary>
    /// <inheritdoc cref="Dextra"/>
    public static IReadOnlyList<GroupedMap> Define(int inputs, int outputs, double widest, int depth, int mostGroups)
    {
        RequireTwo(depth);
        var cycle = 1;
        while (1 << cycle <= mostGroups)
            cycle++;
        int[] groups = [.. Enumerable.Range(0, depth).Select(i => 1 << (i % cycle)).Reverse()];
        return Plan(inputs, outputs, [.. Spaced(inputs, widest, depth).Skip(1).Select(width => (int)width)], groups);
    }

    /// <summary>So many numbers from the first to the last, equally far apart; the first alone when there is but one.</summary>
    internal static IEnumerable<double> Spaced(double first, double last, int count) =>
        Enumerable.Range(0, count).Select(i => count == 1 ? first : i == count - 1 ? last : first + i * ((last - first) / (count - 1)));

    private static int PowerOfTwo(int exponent, int most) => exponent < 31 && 1 << exponent <= most ? 1 << exponent : most;

    private static IReadOnlyList<GroupedMap> Plan(int inputs, int outputs, int[] widths, int[] groups)
    {
        var maps = new List<GroupedMap>();
        for (var (i, width) = (0, inputs); i < groups.Length; i++)
        {
            var next = i == groups.Length - 1 ? outputs : Up(widths[i], Math.Max(Multiple, Math.Max(groups[i], groups[i + 1])));
            maps.Add(new GroupedMap(width, next, groups[i]));
            width = next + inputs;
        }

        return maps;
    }

    private static int Up(int width, int multiple) => (width + multiple - 1) / multiple * multiple;

    private static void RequireTwo(int depth)
    {
        if (depth < 2)
            throw new UserException($"A unit of grouped maps needs a depth of 2 or more, found {depth}.");
    }
}
