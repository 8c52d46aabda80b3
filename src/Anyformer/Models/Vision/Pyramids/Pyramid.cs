using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Vision.Pyramids;

/// <summary>Stages one after another, each on fewer and wider places, and the mean of the last one's: images to (batch, channels).</summary>
/// <remarks>Records <c>stage</c>, (batch, height, width, channels), stage by stage.</remarks>
internal sealed class Pyramid : TensorModule
{
    private readonly ImageShape _shape;

    /// <param name="shape">The images that it is built for; it takes no others.</param>
    /// <param name="stages">The stages.</param>
    /// <param name="norm">A normalisation of the last stage's places; null for none.</param>
    internal Pyramid(ImageShape shape, IEnumerable<PyramidStage> stages, LayerNorm? norm = null)
    {
        (_shape, Norm) = (shape, norm);
        Stages = new ModuleList<PyramidStage>(stages);
    }

    private ModuleList<PyramidStage> Stages { get; }

    private LayerNorm? Norm { get; }

    protected override Tensor Forward(Tensor input)
    {
        if (input.Dimensions != 4 || input.Size(1) != _shape.Channels)
            throw new UserException($"Images must be (batch, {_shape.Channels} channels, height, width), found [{string.Join(", ", input.Shape)}].");
        if (input.Size(2) != _shape.Height || input.Size(3) != _shape.Width)
            throw new UserException($"The model is built for images of {_shape.Height} by {_shape.Width}, found {input.Size(2)} by {input.Size(3)}.");
        var maps = input.MoveDim(1, -1);
        foreach (var stage in Stages)
        {
            maps = stage.Call(maps);
            Recorder.Record(this, "stage", maps);
        }

        return (Norm is null ? maps : Norm.Call(maps)).Mean([1, 2]);
    }
}
