namespace Anyformer.Data.Images.Sets;

/// <summary>Holds out a share of every class, the same images for the same seed.</summary>
internal static class ImageSplit
{
    /// <summary>Splits a set in two; every class that has two images or more has one at least on each side.</summary>
    /// <param name="set">The images.</param>
    /// <param name="share">What is held out of every class, rounded.</param>
    /// <param name="seed">Decides which.</param>
    internal static (ImageSet Kept, ImageSet Held) HoldOut(ImageSet set, double share, long seed)
    {
        var held = StratifiedSplit.HoldOut([.. Enumerable.Range(0, set.Count).Select(set.Label)], share, seed);
        return (Where(set, held, false), Where(set, held, true));
    }

    private static ImageSet Where(ImageSet set, bool[] held, bool value) =>
        set.Select([.. Enumerable.Range(0, set.Count).Where(i => held[i] == value)]);
}
