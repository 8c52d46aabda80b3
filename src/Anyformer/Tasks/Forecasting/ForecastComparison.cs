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
        var best = new List<TrainedForecaster>();
        try
        {
            foreach (var section in _settings.Models)
                Add(results, RunModel(section, best, observer, cancellation), observer);
            if (_settings.Ensemble >= 2 && best.Count >= 2)
                Add(results, new ForecastEnsemble(_settings, Data, _device).Run(best), observer);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What was done is worth having.
        }

        var forecasts = new ForecastSamples(Data, _device);
        foreach (var model in best)
            forecasts.Add(model.Result.Id, model.Forecaster, model.Intervals);
        return (results, forecasts.Samples);
    }

    private static void Add(List<ModelResult> results, ModelResult result, ComparisonObserver observer)
    {
        results.Add(result);
        observer.OnModel(result);
    }

    /// <summary>A model without parameters takes no share of the time; nor does one that cannot be built, which fails when its turn comes.</summary>
    private bool Learns(ModelSection section)
    {
        try
        {
            return ForecastModels.Build(section, _settings.Loss, Data, _settings.Seeds[0], _device).Parameters().Any();
        }
        catch (UserException)
        {
            return false;
        }
    }

    private ModelResult RunModel(ModelSection section, List<TrainedForecaster> trained, ComparisonObserver observer, CancellationToken cancellation)
    {
        ForecastTrial Open(long seed) => new(_settings, Data, section, seed, _timeOfEach, Path.Combine(_folder, $"{section.Id}-{seed}"), _device);
        var name = MethodCatalog.Get<Forecaster>(section.Id).Name;
        var (result, best) = ModelTrial.Run(section.Id, name, _settings.Seeds, Open, observer, cancellation);
        if (best is not null)
            trained.Add(new TrainedForecaster(result, best.Model, best.Evaluation!.Intervals));
        return result;
    }
}
