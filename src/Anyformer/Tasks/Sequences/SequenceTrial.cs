using Anyformer.Comparison;
using Anyformer.Data.Sequences;
using Anyformer.Models.Sequences;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Sequences;

/// <summary>One classifier trained with one seed within its share of the budget, and measured.</summary>
internal sealed class SequenceTrial : ModelTrial
{
    private readonly SequenceSettings _settings;
    private readonly SequenceData _data;
    private readonly ModelSection _section;
    private readonly TrialTraining _training;
    private readonly Device _device;
    private readonly SequenceClassifier _model;
    private double _rankingError = double.NaN;

    internal SequenceTrial(
        SequenceSettings settings, SequenceData data, ModelSection section, long seed, TimeSpan? time, string folder, Device device)
    {
        (_settings, _data, _section, _device) = (settings, data, section, device);
        _training = new TrialTraining(settings.Training, settings.Budget, time, seed, folder);
        _model = Build();
    }

    internal override Module Network => _model;

    internal override double RankingError => _rankingError;

    internal override SeedResult Run(TrainingObserver? observer, CancellationToken cancellation)
    {
        _training.Run(Job(_model), () => Job(Build()), observer, cancellation);
        var errors = SequenceErrors.Of(
            Evaluator(_data.Validation).Evaluate(_model, cancellation), Evaluator(_data.Test).Evaluate(_model, cancellation));
        _rankingError = errors[SequenceErrors.Ranking.Id];
        Save();
        return _training.Result(errors, Evaluator(_data.Test).MeasureSpeed(_model), _data.Train.Count);
    }

    /// <summary>What makes the folder a run like one of <c>train</c>.</summary>
    private void Save() => new SequenceRecipe
    {
        Model = SequenceModels.WithEveryOption(_section),
        Data = _settings.Data,
        Training = _training.Section,
        Evaluation = _settings.Evaluation,
    }.ToDocument().Save(TrainingRun.RecipePath(_training.Folder));

    private SequenceClassifier Build() => SequenceModels.Build(_section, _data, _training.Section.Seed, _device);

    private SequenceEvaluator Evaluator(SequenceSamples samples) => new(_data, samples, _settings.Evaluation.BatchSize, _device);

    private SequenceTrainingJob Job(SequenceClassifier model) =>
        new(model, _data, _settings.Training.BatchSize, _settings.Evaluation.BatchSize, _training.Section.Seed, _device);
}
