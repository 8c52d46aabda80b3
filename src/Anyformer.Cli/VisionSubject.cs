using Anyformer.Data.Images;
using Anyformer.Data.Images.Files;
using Anyformer.Data.Images.Transforms;
using Anyformer.Models.Vision;
using Anyformer.Torch;

namespace Anyformer.Cli;

/// <summary>A plain vision model and an image to look at with it.</summary>
/// <param name="Encoder">The encoder of the model, in evaluation mode.</param>
/// <param name="Pixels">The image as it is looked at: uint8, (channels, height, width).</param>
/// <param name="Image">The image as the model takes it: float32, (1, channels, height, width).</param>
internal sealed record VisionSubject(VisionEncoder Encoder, Tensor Pixels, Tensor Image)
{
    private const int Channels = 3, UsualClasses = 1000;

    /// <summary>A model of the catalog, with weights of a file or else random ones, and an image.</summary>
    /// <param name="name">The model and its preset.</param>
    /// <param name="weights">The file of weights; null for random ones.</param>
    /// <param name="path">The image.</param>
    /// <param name="preprocessing">What the image goes through.</param>
    /// <exception cref="UserException">No such model or image, the weights do not fit, or the model is no plain one.</exception>
    public static VisionSubject Open(string name, string? weights, string path, ImagePreprocessing preprocessing)
    {
        var (parsed, checkpoint) = (VisionModelName.Parse(name), weights is null ? null : VisionCheckpoint.Open(weights));
        if (parsed.Options is not VisionEncoderOptions options)
            throw new UserException($"The model {name} has no plain encoder of patches; expected vit or deit.");
        TorchRuntime.ManualSeed(1);
        // Weights are loaded into a model of the size that they were trained for; it takes images of any.
        var size = checkpoint?.GridSide * options.Patch ?? preprocessing.Size;
        var model = parsed.Build(new ImageShape(Channels, size, size, checkpoint?.Classes ?? UsualClasses));
        checkpoint?.Load(model);
        model.Eval();
        var pixels = preprocessing.Evaluation().Apply(ImageFile.Read(path, ImageMode.Rgb), new ImageRandom(0, 0, 0));
        var image = new ImageNormalizer(preprocessing.Normalization, Channels).Normalize(pixels.Unsqueeze(0));
        return new VisionSubject(((IPlainVisionModel)model).Encoder, pixels, image);
    }
}
