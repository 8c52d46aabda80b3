namespace Anyformer.Blocks.Lightweight;

/// <summary>Depth and width multiplier of the unit of one DeLighT block.</summary>
/// <param name="Depth">Grouped maps.</param>
/// <param name="WidthMultiplier">Width of the widest map over that of a token.</param>
public sealed record DelightScale(int Depth, double WidthMultiplier);

/// <summary>Blocks near the input are shallow and narrow, those near the output deep and wide (DeLighT, arXiv 2008.00623, section 3.3).</summary>
public static class DelightScaling
{
    /// <summary>The scale of every block, from the input on.</summary>
    /// <param name="least">Grouped maps of the first block.</param>
    /// <param name="most">Grouped maps of the last block.</param>
    /// <param name="blocks">Blocks.</param>
    /// <param name="widthMultiplier">Width multiplier of the first block.</param>
    /// <exception cref="UserException">There is no block, or a depth is less than 1.</exception>
    public static IReadOnlyList<DelightScale> Of(int least, int most, int blocks, double widthMultiplier)
    {
        if (blocks < 1 || least < 1 || most < 1)
            throw new UserException($"DeLighT needs blocks and depths of 1 or more, found {blocks} blocks of depths {least} to {most}.");
        var depths = GroupPlan.Spaced(least, most, blocks);
        var widths = GroupPlan.Spaced(widthMultiplier, widthMultiplier + (double)most / least - 1, blocks);
        return [.. depths.Zip(widths, (depth, width) => new DelightScale((int)depth, Math.Round(width, 3)))];
    }
}
