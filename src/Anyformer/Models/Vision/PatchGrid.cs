namespace Anyformer.Models.Vision;

/// <summary>Patches side by side in an image.</summary>
/// <param name="Height">Patches along the height.</param>
/// <param name="Width">Patches along the width.</param>
public readonly record struct PatchGrid(long Height, long Width)
{
    /// <summary>All patches.</summary>
    public long Count => Height * Width;

    /// <summary>The patches that cover an image, the last of a row or column perhaps not filled.</summary>
    public static PatchGrid Covering(long height, long width, int patch) => new((height + patch - 1) / patch, (width + patch - 1) / patch);

    /// <summary>The patches that an image fills, at least one each way.</summary>
    public static PatchGrid FilledBy(long height, long width, int patch) => new(Math.Max(height / patch, 1), Math.Max(width / patch, 1));
}
