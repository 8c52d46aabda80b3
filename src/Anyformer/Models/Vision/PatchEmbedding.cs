using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>
/// Cuts images into square patches, row by row, and maps each to a token: (batch, channels, height, width) to (batch, patches, width of a token).
/// An image whose sides are no multiples of the patch gets zeros at the bottom and at the right. It is the convolution whose kernel is its
/// stride, as one matrix product.
/// </summary>
public sealed class PatchEmbedding : TensorModule
{
    private readonly int _patch;

    /// <summary>An embedding with weights and bias drawn as those of convolutions.</summary>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="width">Width of a token.</param>
    /// <param name="patch">Side of a patch in pixels.</param>
    /// <param name="bias">Whether there is a bias.</param>
    public PatchEmbedding(int channels, int width, int patch, bool bias = true)
    {
        _patch = patch;
        long inputs = channels * patch * patch;
        Weight = Initialization.InverseFanIn(Parameter.Empty(width, channels, patch, patch), inputs);
        Bias = bias ? Initialization.InverseFanIn(Parameter.Empty(width), inputs) : null;
    }

    /// <summary>(width of a token, channels, patch, patch).</summary>
    public Parameter Weight { get; }

    /// <summary>(width of a token).</summary>
    public Parameter? Bias { get; }

    /// <summary>Patches along the height and the width of images.</summary>
    public PatchGrid GridOf(Tensor images) => PatchGrid.Covering(images.Size(2), images.Size(3), _patch);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images)
    {
        if (images.Dimensions != 4 || images.Size(1) != Weight.Size(1))
            throw new UserException($"Images must be (batch, {Weight.Size(1)} channels, height, width), found [{string.Join(", ", images.Shape)}].");
        var grid = GridOf(images);
        var patches = Padded(images, grid).View([images.Size(0), images.Size(1), grid.Height, _patch, grid.Width, _patch])
            .Permute([0, 2, 4, 1, 3, 5]).Reshape([images.Size(0), grid.Count, -1]);
        return Functional.Linear(patches, Weight.Flatten(1), Bias);
    }

    private Tensor Padded(Tensor images, PatchGrid grid)
    {
        var (bottom, right) = (grid.Height * _patch - images.Size(2), grid.Width * _patch - images.Size(3));
        return bottom == 0 && right == 0 ? images.Contiguous() : images.ConstantPadNd([0, right, 0, bottom]);
    }
}
