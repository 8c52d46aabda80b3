using Anyformer.Data.Images.Sets;
using Anyformer.Data.Sources;
using Anyformer.Models.Vision;
using Anyformer.Recipes;
using Anyformer.Training;

namespace Anyformer.Tasks.Images;

/// <summary>The run of an <see cref="ImageRecipe"/>.</summary>
public sealed class ImageRun : TrainingRun
{
    /// <summary>Prepares a run: finds the images and builds the model.</summary>
    /// <param name="recipe">What to train, on what, how.</param>
    /// <param name="store">Where folders of images are looked for.</param>
    /// <param name="folder">The folder of the run; made when needed.</param>
    /// <exception cref="UserException">Anything that the recipe names is wrong or missing.</exception>
    public ImageRun(ImageRecipe recipe, DataStore store, string folder) : base(recipe.Training, folder)
    {
        Recipe = recipe with { Model = ImageModels.WithEveryOption(recipe.Model) };
        Data = recipe.Data.Load(store);
        // A run that goes on has its weights in its checkpoint.
        var section = CanResume ? recipe.Model with { Weights = null } : recipe.Model;
        Model = ImageModels.Build(section, ShapeOf(Data, recipe), Training.Seed, Device);
    }

    /// <inheritdoc/>
    public override ImageRecipe Recipe { get; }

    /// <inheritdoc/>
    public override string ModelId => Recipe.Model.Id;

    /// <inheritdoc/>
    public override string DataId => Path.GetFileName(Path.TrimEndingDirectorySeparator(Recipe.Data.Path));

    /// <summary>The images.</summary>
    public ImageData Data { get; }

    /// <summary>The model; after <see cref="TrainingRun.Train"/> with its best weights.</summary>
    public ImageClassifier Model { get; }

    /// <summary>Measures the best weights on the validation and the test images.</summary>
    public (ImageScores Validation, ImageScores Test) Evaluate() => (Evaluator(Data.Validation).Evaluate(Model), Evaluator(Data.Test).Evaluate(Model));

    /// <summary>How fast the model answers.</summary>
    public InferenceSpeed MeasureSpeed() => Evaluator(Data.Test).MeasureSpeed(Model);

    /// <summary>The sizes that a model of a recipe is built for.</summary>
    internal static ImageShape ShapeOf(ImageData data, ImageRecipe recipe) =>
        new(data.Channels, recipe.Preprocessing.Size, recipe.Preprocessing.Size, data.Classes.Length);

    /// <inheritdoc/>
    protected override TrainingJob Job() => new ImageTrainingJob(Model, Data, Recipe, Device);

    private ImageEvaluator Evaluator(ImageSet set) => new(set, Recipe.Preprocessing, Recipe.Evaluation.BatchSize, Recipe.Loading, Device);
}
