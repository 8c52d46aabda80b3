using Anyformer.Catalog;
using Anyformer.Comparison;
using Anyformer.Data.Sources;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting;

/// <summary>
/// Trains several forecasters on the same data, split, budget and seeds, and measures them alike. A model that fails becomes a result that says
/// why, and the others go on.
/// </summary>
public sealed class ForecastComparison
{
    private readonly ForecastSettings _settings;
    private readonly string _folder;
    private readonly Device _device;
    private TimeSpan? _timeOfEach;

    /// <summary>Reads the data of a comparison.</summary>
    /// <param name="settings">What to do.</param>
    /// <param name="store">Where known data sets are looked for.</param>
    /// <param name="folder">Where the checkpoints of the models go.</param>
    /// <exception cref="UserException">An unknown model, wrong options of one, no such data, or too little of it.</exception>
    public ForecastComparison(ForecastSettings settings, DataStore store, string folder)
    {
        foreach (var model in settings.Models)
            MethodCatalog.Get<Forecaster>(model.Id).BindOptions(model);
        (_settings, _folder, _device) = (settings, folder, Devices.Parse(settings.Training.Device));
        Data = ForecastData.Load(settings.Data, store);
    }

    /// <summary>The data that every model gets.</summary>
    public ForecastData Data { get; }

    /// <summary>Trains and measures every model. A comparison that is cancelled gives the models that were done by then.</summary>
    public (IReadOnlyList<ModelResult> Models, IReadOnlyList<ForecastSample> Samples) Run(ComparisonObserver observer, CancellationToken cancellation = default)
    {
        var results = new List<ModelResult>();
        _timeOfEach = _settings.Budget.TimeOfEach(Math.Max(1, _settings.Models.Count(Learns) * _settings.Seeds.Count));
        var forecasts = new ForecastSamples(Data, _device);
        try
        {
            foreach (var section in _settings.Models)
            {
                var result = RunModel(section, forecasts, observer, cancellation);
                results.Add(result);
                observer.OnModel(result);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What was done is worth having.
        }

        return (results, forecasts.Samples);
    }

    /// <summary>A model without parameters takes no share of the time; nor does one that cannot be built, which fails when its turn comes.</summary>
    private bool Learns(ModelSection section)
    {
        try
        {
            return ForecastModels.Build(section, _settings.Loss, Data.Shape, _settings.Seeds[0], _device).Parameters().Any();
        }
        catch (UserException)
        {
            return false;
        }
    }

    private ModelResult RunModel(ModelSection section, ForecastSamples forecasts, ComparisonObserver observer, CancellationToken cancellation)
    {
        var entry = MethodCatalog.Get<Forecaster>(section.Id);
        var seeds = new List<SeedResult>();
        long? parameters = null;
        Forecaster? best = null;
        try
        {
            foreach (var seed in _settings.Seeds)
            {
                cancellation.ThrowIfCancellationRequested();
                var trial = new ForecastTrial(_settings, Data, section, seed, _timeOfEach, Path.Combine(_folder, $"{section.Id}-{seed}"), _device);
                parameters = trial.Model.ParameterCount();
                var result = trial.Run(observer.OnTraining(section.Id, seed), cancellation);
                if (seeds.Count == 0 || result.Errors[ForecastErrors.Ranking.Id] < seeds.Min(other => other.Errors[ForecastErrors.Ranking.Id]))
                    best = trial.Model;
                seeds.Add(result);
            }

            forecasts.Add(section.Id, best!);
            return new ModelResult { Id = section.Id, Name = entry.Name, Parameters = parameters, Seeds = seeds };
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new ModelResult { Id = section.Id, Name = entry.Name, Parameters = parameters, Seeds = [], Failure = exception.Message };
        }
    }
}
