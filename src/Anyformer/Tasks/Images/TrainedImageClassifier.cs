using System.Collections.Immutable;
using Anyformer.Checkpoints;
using Anyformer.Data.Images;
using Anyformer.Data.Images.Files;
using Anyformer.Data.Images.Transforms;
using Anyformer.Models.Vision;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tasks.Images;

/// <summary>A trained classifier from the folder of its run, ready to tell the classes of other images.</summary>
public sealed class TrainedImageClassifier
{
    private readonly ImageMetadata _metadata;
    private readonly Device _device;

    private TrainedImageClassifier(ImageRecipe recipe, ImageMetadata metadata, ImageClassifier model, Device device) =>
        (Recipe, _metadata, Model, _device) = (recipe, metadata, model, device);

    /// <summary>How it was trained.</summary>
    public ImageRecipe Recipe { get; }

    /// <summary>The model, frozen for inference: see <see cref="Module.Freeze"/>.</summary>
    public ImageClassifier Model { get; }

    /// <summary>The names of the classes, in the order of the scores.</summary>
    public ImmutableArray<string> Classes => _metadata.Classes;

    /// <summary>Channels of the images that it takes: 1 of grey levels, 3 of colours.</summary>
    public int Channels => _metadata.Channels;

    /// <summary>Opens the best checkpoint of a run.</summary>
    /// <exception cref="UserException">The folder holds no run of a classifier of images, or one that has not validated yet.</exception>
    public static TrainedImageClassifier Open(string folder, Device device, FrozenPrecision precision = FrozenPrecision.Float32)
    {
        var (recipe, path) = TrainedRun<ImageRecipe>.Open(folder, "a classifier of images");
        using var scope = new TensorScope();
        var weights = Safetensors.Load(path, out var texts);
        var metadata = ImageMetadata.FromTexts(texts, path);
        var shape = new ImageShape(metadata.Channels, recipe.Preprocessing.Size, recipe.Preprocessing.Size, metadata.Classes.Length);
        var model = ImageModels.Build(recipe.Model with { Weights = null }, shape, recipe.Training.Seed, device);
        model.Load(weights);
        model.Freeze(precision);
        return new TrainedImageClassifier(recipe, metadata, model, device);
    }

    /// <summary>An image as the model takes it: float32, (1, channels, height, width).</summary>
    /// <exception cref="BrokenImageException">The file is no image.</exception>
    /// <exception cref="UserException">It cannot be read.</exception>
    public Tensor Prepare(string path)
    {
        using var scope = new TensorScope();
        var image = ImageFile.Read(path, _metadata.Channels == 1 ? ImageMode.Gray : ImageMode.Rgb);
        var pixels = Recipe.Preprocessing.Evaluation().Apply(image, new ImageRandom(0, 0, 0)).Unsqueeze(0);
        return scope.Keep(new ImageNormalizer(Recipe.Preprocessing.Normalization, _metadata.Channels).Normalize(pixels.To(_device)));
    }

    /// <summary>The most likely classes of an image with their probabilities, the likeliest first.</summary>
    /// <param name="path">A JPEG or PNG file.</param>
    /// <param name="count">How many classes, at most all there are.</param>
    /// <exception cref="BrokenImageException">The file is no image.</exception>
    /// <exception cref="UserException">It cannot be read.</exception>
    public IReadOnlyList<(string Class, double Probability)> Predict(string path, int count)
    {
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        return LikeliestClasses.Of(Model.Call(Prepare(path)), Classes, count)[0];
    }
}
