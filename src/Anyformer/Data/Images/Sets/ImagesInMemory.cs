using System.Collections.Immutable;
using System.Globalization;
using Anyformer.Data.Images.Files;
using Anyformer.Torch;

namespace Anyformer.Data.Images.Sets;

/// <summary>Images of one size that are in memory as they are.</summary>
public sealed class ImagesInMemory : ImageSet
{
    private readonly string _source;
    private readonly byte[][] _images;
    private readonly int[] _labels;
    private readonly ImageMode _mode;

    /// <summary>Images with their classes.</summary>
    /// <param name="source">Where they come from, for their names.</param>
    /// <param name="images">Pixels in the order (stored channels, height, width), of each image as many.</param>
    /// <param name="labels">The class of each.</param>
    /// <param name="shape">Stored channels (1 or 3), height and width of every image.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="mode">What colours become; null to leave them.</param>
    public ImagesInMemory(
        string source, byte[][] images, int[] labels, (int Channels, int Height, int Width) shape, IEnumerable<string> classes, ImageMode? mode = null)
    {
        (_source, _images, _labels, Shape, Classes) = (source, images, labels, shape, [.. classes]);
        _mode = mode ?? (shape.Channels == 1 ? ImageMode.Gray : ImageMode.Rgb);
    }

    /// <summary>Stored channels, height and width.</summary>
    public (int Channels, int Height, int Width) Shape { get; }

    /// <inheritdoc/>
    public override int Count => _images.Length;

    /// <inheritdoc/>
    public override int Channels => _mode.Channels();

    /// <inheritdoc/>
    public override ImmutableArray<string> Classes { get; }

    internal override bool IsInMemory => true;

    /// <inheritdoc/>
    public override int Label(int index) => _labels[index];

    /// <inheritdoc/>
    public override string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"{_source}[{index}]");

    /// <inheritdoc/>
    public override Tensor Read(int index)
    {
        using var scope = new TensorScope();
        var image = Tensor.From<byte>(_images[index], [Shape.Channels, Shape.Height, Shape.Width]);
        return scope.Keep(ColorModes.Convert(image, _mode));
    }
}
