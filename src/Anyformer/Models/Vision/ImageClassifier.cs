using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>A model that tells the class of an image.</summary>
public abstract class ImageClassifier : Module
{
    /// <summary>A score for each class, (batch, classes).</summary>
    /// <param name="images">(batch, channels, height, width), normalised as the data set says.</param>
    /// <exception cref="UserException">The model takes no images of this size.</exception>
    public Tensor Call(Tensor images)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Forward(images));
    }

    /// <summary>The scores.</summary>
    protected abstract Tensor Forward(Tensor images);
}

/// <summary>The sizes an image classifier is built for.</summary>
/// <param name="Channels">Channels of an image: 3 of colours, 1 of grey.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Classes">Number of classes.</param>
public sealed record ImageShape(int Channels, int Height, int Width, int Classes);
