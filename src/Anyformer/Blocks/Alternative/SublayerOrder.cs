namespace Anyformer.Blocks.Alternative;

/// <summary>A kind of sublayer.</summary>
public enum Sublayer
{
    /// <summary>Tokens see each other.</summary>
    Attention,

    /// <summary>Each token for itself.</summary>
    FeedForward,
}

/// <summary>Orders of sublayers other than one after the other.</summary>
public static class SublayerOrder
{
    /// <summary>Attention and feed-forward in turn.</summary>
    /// <param name="layers">Pairs of sublayers.</param>
    public static IReadOnlyList<Sublayer> InTurn(int layers) => Sandwich(layers, 0);

    /// <summary>Attention at the bottom and feed-forward at the top (Press, Smith, Levy, ACL 2020, arXiv 1911.03864).</summary>
    /// <param name="layers">Pairs of sublayers.</param>
    /// <param name="slices">How many sublayers of attention begin, and of feed-forward end the order.</param>
    /// <exception cref="UserException">There are more slices than layers.</exception>
    public static IReadOnlyList<Sublayer> Sandwich(int layers, int slices)
    {
        if (slices < 0 || slices > layers)
            throw new UserException($"A sandwich of {layers} layers has from 0 to {layers} slices, found {slices}.");
        var inside = Enumerable.Range(0, layers - slices).SelectMany(static _ => new[] { Sublayer.Attention, Sublayer.FeedForward });
        return [.. Many(Sublayer.Attention, slices), .. inside, .. Many(Sublayer.FeedForward, slices)];
    }

    /// <summary>A half step of feed-forward before and behind attention (Macaron: Lu et al. 2019, arXiv 1906.02762).</summary>
    /// <param name="layers">Triples of sublayers.</param>
    public static IReadOnlyList<Sublayer> Macaron(int layers) =>
        [.. Enumerable.Range(0, layers).SelectMany(static _ => new[] { Sublayer.FeedForward, Sublayer.Attention, Sublayer.FeedForward })];

    /// <summary>Little attention, spread over the first two thirds (PAR Transformer: Mandava, Migacz, Fit-Florea 2020, arXiv 2009.04534).</summary>
    /// <param name="layers">Pairs of sublayers that the order stands for.</param>
    /// <param name="ratio">All sublayers over those of attention, above 1.</param>
    /// <exception cref="UserException">The ratio leaves no attention, or no feed-forward.</exception>
    public static IReadOnlyList<Sublayer> PayAttention(int layers, int ratio)
    {
        var sublayers = 2 * layers;
        if (ratio <= 1 || ratio > sublayers)
            throw new UserException($"The ratio of {sublayers} sublayers to those of attention must be from 2 to {sublayers}, found {ratio}.");
        var (attention, part) = (sublayers / ratio, sublayers * 2 / 3);
        var length = (part + part / attention) / attention;
        if (length < 1)
            throw new UserException($"A ratio of {ratio} leaves no room for attention in {sublayers} sublayers.");
        var block = Many(Sublayer.FeedForward, length - 1).Prepend(Sublayer.Attention).ToArray();
        var head = Enumerable.Repeat(block, attention).SelectMany(static sublayer => sublayer).ToArray();
        return [.. head, .. Many(Sublayer.FeedForward, Math.Max(0, sublayers - head.Length))];
    }

    private static IEnumerable<Sublayer> Many(Sublayer sublayer, int count) => Enumerable.Repeat(sublayer, count);
}
