using Anyformer.Comparison;
using Anyformer.Data.Images.Sets;
using Anyformer.Data.Sources;
using Anyformer.Torch;

namespace Anyformer.Tasks.Images;

/// <summary>
/// Trains several classifiers on the same images, budget and seeds, and measures them alike. A model that fails becomes a result that says why, and the
/// others go on.
/// </summary>
public sealed class ImageComparison
{
    private readonly ImageSettings _settings;
    private readonly string _folder;
    private readonly Device _device;

    /// <summary>Finds the images of a comparison.</summary>
    /// <param name="settings">What to do.</param>
    /// <param name="store">Where folders of images are looked for.</param>
    /// <param name="folder">Where the runs of the models go.</param>
    /// <exception cref="UserException">An unknown model, wrong options of one, or no such images.</exception>
    public ImageComparison(ImageSettings settings, DataStore store, string folder)
    {
        foreach (var (_, model) in settings.Models)
            ImageModels.WithEveryOption(model);
        (_settings, _folder, _device) = (settings, folder, Devices.Parse(settings.Recipe.Training.Device));
        Data = settings.Recipe.Data.Load(store);
    }

    /// <summary>The images that every model gets.</summary>
    public ImageData Data { get; }

    /// <summary>Trains and measures every model. A comparison that is cancelled gives the models that were done by then.</summary>
    /// <returns>The results, and what each model took for what.</returns>
    public (IReadOnlyList<ModelResult> Models, IReadOnlyList<Confusion> Confusions) Run(ComparisonObserver observer, CancellationToken cancellation = default)
    {
        var (results, confusions) = (new List<ModelResult>(), new List<Confusion>());
        var time = _settings.Budget.TimeOfEach(_settings.Models.Count * _settings.Seeds.Count);
        try
        {
            foreach (var (name, section) in _settings.Models)
            {
                ImageTrial Open(long seed) => new(_settings, Data, section, seed, time, Path.Combine(_folder, $"{name}-{seed}"), _device);
                var (result, best) = ModelTrial.Run(name, name, _settings.Seeds, Open, observer, cancellation);
                results.Add(result);
                observer.OnModel(result);
                if (best?.Test is { } scores)
                    confusions.Add(ImageConfusion.Of(name, scores, Data.Test));
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What was done is worth having.
        }

        return (results, confusions);
    }
}
