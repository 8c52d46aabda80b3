using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>What a <see cref="VisionEncoder"/> makes of images.</summary>
/// <param name="Raw">The tokens that come out of the last block, (batch, tokens, width): class tokens, registers, patches row by row.</param>
/// <param name="Normalized">The same after the last normalisation; the same tensor where there is none.</param>
/// <param name="ClassTokens">Class tokens of an image.</param>
/// <param name="Registers">Register tokens of an image.</param>
/// <param name="Grid">Patches of an image.</param>
public sealed record VisionTokens(Tensor Raw, Tensor Normalized, int ClassTokens, int Registers, PatchGrid Grid)
{
    /// <summary>Tokens before the patches.</summary>
    public int Prefix => ClassTokens + Registers;

    /// <summary>Normalised class tokens, (batch, class tokens, width).</summary>
    public Tensor Classes => Normalized[.., ..ClassTokens];

    /// <summary>Normalised registers, (batch, registers, width).</summary>
    public Tensor RegisterTokens => Normalized[.., ClassTokens..Prefix];

    /// <summary>Normalised patches, (batch, patches, width).</summary>
    public Tensor Patches => Normalized[.., Prefix..];

    /// <summary>Normalised patches where they lie in the image, (batch, width, patches along the height, patches along the width).</summary>
    public Tensor PatchMap => Patches.Transpose(1, 2).Unflatten(2, [Grid.Height, Grid.Width]);
}
