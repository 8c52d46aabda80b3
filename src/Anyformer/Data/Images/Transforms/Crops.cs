using Anyformer.Torch;

namespace Anyformer.Data.Images.Transforms;

/// <summary>Cuts the middle out; what an image lacks of the size is black.</summary>
/// <param name="height">The height that is left.</param>
/// <param name="width">The width that is left.</param>
public sealed class CenterCrop(int height, int width) : ImageTransform
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor image, ImageRandom random)
    {
        var padded = Padded(image);
        var top = Half(padded.Shape[1] - height);
        var left = Half(padded.Shape[2] - width);
        return padded.Narrow(1, top, height).Narrow(2, left, width);
    }

    private Tensor Padded(Tensor image)
    {
        var (rows, columns) = (Math.Max(0, height - image.Shape[1]), Math.Max(0, width - image.Shape[2]));
        return rows + columns == 0 ? image : image.ConstantPadNd([columns / 2, (columns + 1) / 2, rows / 2, (rows + 1) / 2]);
    }

    /// <summary>Half of a length, a half rounded to the even number, as torchvision does.</summary>
    private static long Half(long length) => (long)Math.Round(length / 2.0, MidpointRounding.ToEven);
}

/// <summary>Makes an image larger by black borders and cuts its old size out at a random place.</summary>
/// <param name="share">The width of a border, as a share of the side.</param>
public sealed class PaddedRandomCrop(double share) : ImageTransform
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor image, ImageRandom random)
    {
        var (height, width) = (image.Shape[1], image.Shape[2]);
        var (rows, columns) = ((int)Math.Round(share * height), (int)Math.Round(share * width));
        var (top, left) = (random.Integer(2 * rows + 1), random.Integer(2 * columns + 1));
        return image.ConstantPadNd([columns, columns, rows, rows]).Narrow(1, top, height).Narrow(2, left, width);
    }
}

/// <summary>
/// Cuts out a random part of a random area and random proportions and brings it to one size (Szegedy et al., CVPR 2015), as torchvision's
/// <c>RandomResizedCrop</c>.
/// </summary>
/// <param name="size">Height and width of what comes out.</param>
/// <param name="minArea">The smallest part, as a share of the area; the largest is the whole image.</param>
/// <param name="interpolation">How it is resized.</param>
public sealed class RandomResizedCrop(int size, double minArea, Interpolation interpolation) : ImageTransform
{
    private const int Tries = 10;
    private const double Widest = 4.0 / 3, Tallest = 3.0 / 4;

    /// <inheritdoc/>
    public override Tensor Apply(Tensor image, ImageRandom random)
    {
        var (top, left, height, width) = Part((int)image.Shape[1], (int)image.Shape[2], random);
        return Resize.To(image.Narrow(1, top, height).Narrow(2, left, width), size, size, interpolation);
    }

    private (int Top, int Left, int Height, int Width) Part(int height, int width, ImageRandom random)
    {
        for (var i = 0; i < Tries; i++)
        {
            var area = random.Uniform(minArea, 1) * height * width;
            var ratio = Math.Exp(random.Uniform(Math.Log(Tallest), Math.Log(Widest)));
            var (rows, columns) = ((int)Math.Round(Math.Sqrt(area / ratio)), (int)Math.Round(Math.Sqrt(area * ratio)));
            if (rows >= 1 && columns >= 1 && rows <= height && columns <= width)
                return (random.Integer(height - rows + 1), random.Integer(width - columns + 1), rows, columns);
        }

        return Middle(height, width);
    }

    /// <summary>The largest part in the middle whose proportions are allowed.</summary>
    private static (int Top, int Left, int Height, int Width) Middle(int height, int width)
    {
        var ratio = Math.Clamp(width / (double)height, Tallest, Widest);
        var rows = Math.Min(height, Math.Max(1, (int)Math.Round(width / ratio)));
        var columns = Math.Min(width, Math.Max(1, (int)Math.Round(height * ratio)));
        return ((height - rows) / 2, (width - columns) / 2, rows, columns);
    }
}

/// <summary>Mirrors left and right.</summary>
/// <param name="probability">Of an image.</param>
public sealed class RandomHorizontalFlip(double probability) : ImageTransform
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor image, ImageRandom random) => random.Chance(probability) ? image.Flip([2]) : image;
}
