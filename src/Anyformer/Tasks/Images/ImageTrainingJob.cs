using Anyformer.Data.Images.Loading;
using Anyformer.Data.Images.Sets;
using Anyformer.Models.Vision;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Images;

/// <summary>Training a classifier of images: cross-entropy with labels, mixed or smoothed as the augmentation says, and what a teacher says.</summary>
public sealed class ImageTrainingJob : TrainingJob, IDisposable
{
    private readonly ImageClassifier _model;
    private readonly ImageTeacher? _teacher;
    private readonly ImageBatches _batches;
    private readonly ImageEvaluator _validation;
    private readonly ImageMetadata _metadata;
    private readonly Device _device;

    /// <summary>A job of a model on images.</summary>
    /// <param name="model">The classifier, on <paramref name="device"/>.</param>
    /// <param name="data">What it learns.</param>
    /// <param name="recipe">How.</param>
    /// <param name="device">Where batches go.</param>
    /// <exception cref="UserException">The teacher is no trained run, or knows other classes.</exception>
    public ImageTrainingJob(ImageClassifier model, ImageData data, ImageRecipe recipe, Device device)
    {
        (_model, _device, _metadata) = (model, device, ImageMetadata.Of(data));
        _batches = ImageBatches.ForTraining(
            data.Train, recipe.Preprocessing, recipe.Augmentation, recipe.Training.BatchSize, recipe.Training.Seed, recipe.Loading);
        _validation = new ImageEvaluator(data.Validation, recipe.Preprocessing, recipe.Evaluation.BatchSize, recipe.Loading, device);
        _teacher = recipe.Distillation is { } distillation ? new ImageTeacher(distillation, _metadata, device) : null;
    }

    /// <inheritdoc/>
    public override Module Model => _model;

    /// <inheritdoc/>
    public override int BatchCount => _batches.Count;

    /// <inheritdoc/>
    public override int BatchSize => _batches.BatchSize;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => _metadata.ToTexts();

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch) => _batches.BeginEpoch(epoch);

    /// <inheritdoc/>
    public override Tensor Loss(int batch)
    {
        using var scope = new TensorScope();
        using var auxiliary = new AuxiliaryLoss();
        var images = _batches.Read(batch, _device);
        return scope.Keep(auxiliary.AddTo(_teacher is null
            ? _model.Call(images.Images).CrossEntropyLoss(images.Targets)
            : _teacher.Loss(_model, images)));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        var scores = _validation.Evaluate(_model);
        return new Dictionary<string, double> { ["error-rate"] = 1 - scores.Accuracy, ["loss"] = scores.CrossEntropy, ["accuracy"] = scores.Accuracy };
    }

    /// <summary>Accuracy is what is wanted: a model may get surer of its mistakes while it makes fewer.</summary>
    public override string ValidationMetric => "error-rate";

    /// <summary>Stops reading images ahead.</summary>
    public void Dispose() => _batches.Dispose();
}
