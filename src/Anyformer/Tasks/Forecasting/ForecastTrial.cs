using Anyformer.Comparison;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Forecasting;

/// <summary>One forecaster trained with one seed within its share of the budget, and measured.</summary>
internal sealed class ForecastTrial : ModelTrial
{
    private readonly ForecastSettings _settings;
    private readonly ForecastData _data;
    private readonly ModelSection _section;
    private readonly TrialTraining _training;
    private readonly Device _device;

    internal ForecastTrial(
        ForecastSettings settings, ForecastData data, ModelSection section, long seed, TimeSpan? time, string folder, Device device)
    {
        (_settings, _data, _section, _device) = (settings, data, section, device);
        _training = new TrialTraining(settings.Training, settings.Budget, time, seed, folder);
        Model = Build();
    }

    internal Forecaster Model { get; }

    /// <summary>What was measured; null before <see cref="Run"/> is through.</summary>
    internal ForecastEvaluation? Evaluation { get; private set; }

    internal override Module Network => Model;

    internal override double RankingError => Evaluation!.Errors[ForecastErrors.Ranking.Id];

    internal override SeedResult Run(TrainingObserver? observer, CancellationToken cancellation)
    {
        _training.Run(Job(Model), () => Job(Build()), observer, cancellation);
        Evaluation = ForecastEvaluation.Of(Model, Evaluator(_data.Validation), Evaluator(_data.Test), _settings.Evaluation.Coverage);
        Save();
        var speed = Evaluator(_data.Test).MeasureSpeed(Model);
        return _training.Result(Evaluation.Errors, speed, _data.Train.Count) with { IntervalCoverage = Evaluation.TestIntervals.Coverage };
    }

    /// <summary>What makes the folder a run that can be predicted with.</summary>
    private void Save()
    {
        var recipe = new ForecastRecipe
        {
            Model = ForecastModels.WithEveryOption(_section),
            Data = _settings.Data,
            Loss = _settings.Loss,
            Training = _training.Section,
            Evaluation = _settings.Evaluation,
        };
        recipe.ToDocument().Save(TrainingRun.RecipePath(_training.Folder));
        Evaluation!.Intervals.Save(ForecastRun.IntervalsPath(_training.Folder));
    }

    private Forecaster Build() => ForecastModels.Build(_section, _settings.Loss, _data, _training.Section.Seed, _device);

    private ForecastEvaluator Evaluator(ForecastingWindows windows) => new(_data, windows, _settings.Evaluation.BatchSize, _device);

    private ForecastTrainingJob Job(Forecaster model) =>
        new(model, _data, _settings.Loss, _settings.Training.BatchSize, _settings.Evaluation.BatchSize, _training.Section.Seed, _device);
}
