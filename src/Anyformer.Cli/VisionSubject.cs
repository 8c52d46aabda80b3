using Anyformer.Catalog;
using Anyformer.Data.Images;
using Anyformer.Data.Images.Files;
using Anyformer.Data.Images.Transforms;
using Anyformer.Models.Vision;
using Anyformer.Tasks;
using Anyformer.Tasks.Images;
using Anyformer.Torch;

namespace Anyformer.Cli;

/// <summary>A plain vision model and an image to look at with it.</summary>
/// <param name="Encoder">The encoder of the model, in evaluation mode.</param>
/// <param name="Pixels">The image as it is looked at: uint8, (channels, height, width).</param>
/// <param name="Image">The image as the model takes it: float32, (1, channels, height, width).</param>
internal sealed record VisionSubject(VisionEncoder Encoder, Tensor Pixels, Tensor Image)
{
    private const int Colours = 3, UsualClasses = 1000;

    /// <summary>The trained model of a run and an image, prepared as it was in training.</summary>
    /// <param name="folder">The folder of the run.</param>
    /// <param name="path">The image.</param>
    /// <exception cref="UserException">The folder holds no trained classifier of images, or no plain one, or the image cannot be read.</exception>
    public static VisionSubject OfRun(string folder, string path)
    {
        var trained = TrainedImageClassifier.Open(folder, Device.Cpu);
        return Of(trained.Model, trained.Recipe.Model.Id, path, trained.Recipe.Preprocessing, trained.Channels);
    }

    /// <summary>A model of the catalog, with weights of a file or else random ones, and an image.</summary>
    /// <param name="name">The model and its preset.</param>
    /// <param name="weights">The file of weights; null for random ones.</param>
    /// <param name="path">The image.</param>
    /// <param name="preprocessing">What the image goes through.</param>
    /// <exception cref="UserException">No such model or image, the weights do not fit, or the model is no plain one.</exception>
    public static VisionSubject OfModel(string name, string? weights, string path, ImagePreprocessing preprocessing)
    {
        var section = NamedModels.Get<ImageClassifier>(name);
        var entry = MethodCatalog.Get<ImageClassifier>(section.Id);
        var checkpoint = weights is null ? null : VisionCheckpoint.Open(weights);
        TorchRuntime.ManualSeed(1);
        var options = entry.BindOptions(section);
        // Weights are loaded into a model of the size that they were trained for; it takes images of any.
        var size = options is VisionEncoderOptions { Patch: var patch } && checkpoint?.GridSide is { } side ? side * patch : preprocessing.Size;
        var model = entry.Build<ImageClassifier>(new ImageShape(Colours, size, size, checkpoint?.Classes ?? UsualClasses), options);
        checkpoint?.Load(model);
        model.Eval();
        return Of(model, name, path, preprocessing, Colours);
    }

    private static VisionSubject Of(ImageClassifier model, string name, string path, ImagePreprocessing preprocessing, int channels)
    {
        if (model is not IPlainVisionModel plain)
            throw new UserException($"The model {name} has no plain encoder of patches; expected vit or deit.");
        var pixels = preprocessing.Evaluation().Apply(ImageFile.Read(path, channels == 1 ? ImageMode.Gray : ImageMode.Rgb), new ImageRandom(0, 0, 0));
        return new VisionSubject(plain.Encoder, pixels, new ImageNormalizer(preprocessing.Normalization, channels).Normalize(pixels.Unsqueeze(0)));
    }
}
