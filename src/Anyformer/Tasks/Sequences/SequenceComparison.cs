using Anyformer.Catalog;
using Anyformer.Comparison;
using Anyformer.Data.Sequences;
using Anyformer.Data.Sources;
using Anyformer.Models.Sequences;
using Anyformer.Torch;

namespace Anyformer.Tasks.Sequences;

/// <summary>
/// Trains the same model with several attention mechanisms on the same long sequences, budget and seeds, and measures them alike. A mechanism that cannot
/// be built, that refuses the samples or fails otherwise becomes a result that says why, and the others go on.
/// </summary>
public sealed class SequenceComparison
{
    private readonly SequenceSettings _settings;
    private readonly string _folder;
    private readonly Device _device;
    private TimeSpan? _timeOfEach;

    /// <summary>Generates or reads the data of a comparison.</summary>
    /// <param name="settings">What to do.</param>
    /// <param name="store">Where folders of files are looked for.</param>
    /// <param name="folder">Where the runs of the models go.</param>
    /// <exception cref="UserException">Wrong options of a model, or the data are not there.</exception>
    public SequenceComparison(SequenceSettings settings, DataStore store, string folder)
    {
        foreach (var contender in settings.Contenders)
            MethodCatalog.Get<SequenceClassifier>(contender.Model.Id).BindOptions(contender.Model);
        (_settings, _folder, _device) = (settings, folder, Devices.Parse(settings.Training.Device));
        Data = settings.Data.Load(store);
    }

    /// <summary>The data that every model gets.</summary>
    public SequenceData Data { get; }

    /// <summary>Trains and measures every model. A comparison that is cancelled gives the models that were done by then.</summary>
    public IReadOnlyList<ModelResult> Run(ComparisonObserver observer, CancellationToken cancellation = default)
    {
        var results = new List<ModelResult>();
        try
        {
            var refusals = _settings.Contenders.Select(contender => Refusal(contender, cancellation)).ToArray();
            _timeOfEach = _settings.Budget.TimeOfEach(Math.Max(1, refusals.Count(refusal => refusal is null) * _settings.Seeds.Count));
            foreach (var (contender, refusal) in _settings.Contenders.Zip(refusals))
            {
                results.Add(refusal is null ? RunModel(contender, observer, cancellation)
                    : new ModelResult { Id = contender.Id, Name = contender.Name, Seeds = [], Failure = refusal });
                observer.OnModel(results[^1]);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What was done is worth having.
        }

        return results;
    }

    /// <summary>Why a mechanism does not take such samples; null when it does. One that does not takes no share of the time.</summary>
    private string? Refusal(AttentionContender contender, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            using var scope = new TensorScope();
            new SequenceEvaluator(Data, Data.Train, 1, _device).Try(SequenceModels.Build(contender.Model, Data, _settings.Seeds[0], _device));
            return null;
        }
        catch (UserException refusal)
        {
            return refusal.Message;
        }
    }

    private ModelResult RunModel(AttentionContender contender, ComparisonObserver observer, CancellationToken cancellation)
    {
        SequenceTrial Open(long seed) =>
            new(_settings, Data, contender.Model, seed, _timeOfEach, Path.Combine(_folder, $"{contender.Id}-{seed}"), _device);
        return ModelTrial.Run(contender.Id, contender.Name, _settings.Seeds, Open, observer, cancellation).Result;
    }
}
