using Anyformer.Torch;

namespace Anyformer.Data.Images.Transforms;

/// <summary>Makes an image of an image, before it is a number in a batch. Safe to be called from several threads.</summary>
public abstract class ImageTransform
{
    /// <summary>Applies the transform.</summary>
    /// <param name="image">uint8, (channels, height, width), of any strides; stays as it is.</param>
    /// <param name="random">The draws of this image in this epoch.</param>
    /// <returns>uint8, (channels, height, width).</returns>
    public abstract Tensor Apply(Tensor image, ImageRandom random);
}

/// <summary>One transform after the other.</summary>
public sealed class TransformSequence(params ImageTransform[] transforms) : ImageTransform
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor image, ImageRandom random) =>
        transforms.Aggregate(image, (current, transform) => transform.Apply(current, random));
}
