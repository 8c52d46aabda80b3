using Anyformer.Comparison;
using Anyformer.Data.Images.Sets;
using Anyformer.Models.Vision;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Images;

/// <summary>One classifier trained with one seed within its share of the budget, and measured.</summary>
internal sealed class ImageTrial : ModelTrial
{
    private readonly ImageRecipe _recipe;
    private readonly ImageData _data;
    private readonly TrialTraining _training;
    private readonly Device _device;
    private readonly ImageClassifier _model;
    private double _rankingError = double.NaN;

    internal ImageTrial(ImageSettings settings, ImageData data, ModelSection section, long seed, TimeSpan? time, string folder, Device device)
    {
        (_data, _device) = (data, device);
        _training = new TrialTraining(settings.Recipe.Training, settings.Budget, time, seed, folder);
        _recipe = settings.Recipe with { Model = ImageModels.WithEveryOption(section), Training = _training.Section };
        _model = Build();
    }

    internal override Module Network => _model;

    internal override double RankingError => _rankingError;

    /// <summary>How well it did on the test images.</summary>
    internal ImageScores? Test { get; private set; }

    internal override SeedResult Run(TrainingObserver? observer, CancellationToken cancellation)
    {
        using (var job = Job(_model))
            _training.Run(job, () => Job(Build()), observer, cancellation);
        Test = Evaluator(_data.Test).Evaluate(_model, cancellation);
        var errors = ImageErrors.Of(Evaluator(_data.Validation).Evaluate(_model, cancellation), Test);
        _rankingError = errors[ImageErrors.Ranking.Id];
        (_recipe with { Training = _training.Section }).ToDocument().Save(TrainingRun.RecipePath(_training.Folder));
        return _training.Result(errors, Evaluator(_data.Test).MeasureSpeed(_model), _data.Train.Count);
    }

    private ImageClassifier Build() => ImageModels.Build(_recipe.Model, ImageRun.ShapeOf(_data, _recipe), _training.Section.Seed, _device);

    private ImageEvaluator Evaluator(ImageSet set) => new(set, _recipe.Preprocessing, _recipe.Evaluation.BatchSize, _recipe.Loading, _device);

    private ImageTrainingJob Job(ImageClassifier model) => new(model, _data, _recipe, _device);
}
