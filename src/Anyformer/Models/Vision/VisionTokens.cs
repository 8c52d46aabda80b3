using Anyformer.TokenReduction;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>What a <see cref="VisionEncoder"/> makes of images.</summary>
/// <param name="Raw">The tokens that come out of the last block, (batch, tokens, width): class tokens, registers, patches row by row.</param>
/// <param name="Normalized">The same after the last normalisation; the same tensor where there is none.</param>
/// <param name="ClassTokens">Class tokens of an image.</param>
/// <param name="Registers">Register tokens of an image.</param>
/// <param name="Grid">Patches of an image.</param>
/// <param name="Origins">Where tokens came from when they became fewer on the way, so that patches are no more in rows; null when all are there.</param>
public sealed record VisionTokens(Tensor Raw, Tensor Normalized, int ClassTokens, int Registers, PatchGrid Grid, TokenOrigins? Origins = null)
{
    /// <summary>Tokens before the patches.</summary>
    public int Prefix => ClassTokens + Registers;

    /// <summary>Normalised class tokens, (batch, class tokens, width).</summary>
    public Tensor Classes => Normalized[.., ..ClassTokens];

    /// <summary>Normalised registers, (batch, registers, width).</summary>
    public Tensor RegisterTokens => Normalized[.., ClassTokens..Prefix];

    /// <summary>Normalised patches, (batch, patches, width); when they became fewer, those that are left.</summary>
    public Tensor Patches => Normalized[.., Prefix..];

    /// <summary>
    /// Normalised patches where they lie in the image, (batch, width, patches along the height, patches along the width); a patch that was merged with
    /// others has what they have together.
    /// </summary>
    public Tensor PatchMap
    {
        get
        {
            using var scope = new TensorScope();
            var patches = Origins is null ? Patches : Origins.Spread(Normalized)[.., Prefix..];
            return scope.Keep(patches.Transpose(1, 2).Unflatten(2, [Grid.Height, Grid.Width]));
        }
    }

    /// <summary>The mean of normalised patches, each as heavy as the patches it stands for, (batch, width).</summary>
    public Tensor PatchMean
    {
        get
        {
            using var scope = new TensorScope();
            if (Origins is null)
                return scope.Keep(Patches.Mean(1));
            var sizes = Origins.Sizes[.., Prefix..];
            return scope.Keep((Patches * sizes).Sum([1]) / sizes.Sum([1]));
        }
    }
}
