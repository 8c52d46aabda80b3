using System.Collections.Immutable;
using Anyformer.Torch;

namespace Anyformer.Data.Images.Sets;

/// <summary>Labelled images by number, wherever they come from: files, memory. Safe to be read from several threads.</summary>
public abstract class ImageSet
{
    /// <summary>How many there are.</summary>
    public abstract int Count { get; }

    /// <summary>Channels of every image: 1 for grey levels, 3 for red, green and blue.</summary>
    public abstract int Channels { get; }

    /// <summary>The names of the classes, in the order of their labels.</summary>
    public abstract ImmutableArray<string> Classes { get; }

    /// <summary>True when reading costs no decoding.</summary>
    internal virtual bool IsInMemory => false;

    /// <summary>The class of an image, from 0.</summary>
    public abstract int Label(int index);

    /// <summary>What an image is called: its file, or its file and its number there.</summary>
    public abstract string Name(int index);

    /// <summary>Reads an image, the same one every time; sizes may differ from image to image.</summary>
    /// <returns>uint8, (channels, height, width), of any strides.</returns>
    /// <exception cref="Files.BrokenImageException">The image is broken; others may be whole.</exception>
    /// <exception cref="UserException">The image cannot be read any more.</exception>
    public abstract Tensor Read(int index);

    /// <summary>Some of these images, in an order of their own.</summary>
    public ImageSet Select(int[] indices) => new SelectedImages(this, indices);
}
