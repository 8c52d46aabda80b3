using Anyformer.Torch;

namespace Anyformer.Data.Images.Transforms;

/// <summary>
/// Varies brightness, contrast and saturation by factors from 1 - strength to 1 + strength, in random order, as torchvision's <c>ColorJitter</c>.
/// </summary>
/// <param name="strength">From 0 to 1.</param>
public sealed class ColorJitter(double strength) : ImageTransform
{
    private static readonly Func<Tensor, double, Tensor>[] s_changes = [Enhancement.Brightness, Enhancement.Contrast, Enhancement.Saturation];

    /// <inheritdoc/>
    public override Tensor Apply(Tensor image, ImageRandom random)
    {
        foreach (var change in random.Permutation(s_changes.Length))
            image = s_changes[change](image, random.Uniform(1 - strength, 1 + strength));
        return image;
    }
}
