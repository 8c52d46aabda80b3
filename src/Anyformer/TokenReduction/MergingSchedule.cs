namespace Anyformer.TokenReduction;

/// <summary>How many tokens each layer merges.</summary>
public static class MergingSchedule
{
    /// <summary>As many on average as asked for, in a straight line over the layers.</summary>
    /// <param name="merged">Tokens a layer on average.</param>
    /// <param name="inflection">From -1, twice as many at the first layer and none at the last, over 0, the same everywhere, to 1, the other way round.</param>
    /// <param name="layers">Layers.</param>
    public static int[] Linear(int merged, double inflection, int layers)
    {
        var first = (int)(merged * (1 - inflection));
        var step = layers > 1 ? (2.0 * merged - 2 * first) / (layers - 1) : 0;
        return [.. Enumerable.Range(0, layers).Select(layer => layers > 1 ? (int)(first + step * layer) : merged)];
    }

    /// <summary>A list layer by layer; layers behind its end merge none.</summary>
    public static int[] Listed(IReadOnlyList<int> merged, int layers) => [.. merged, .. Enumerable.Repeat(0, Math.Max(0, layers - merged.Count))];
}
