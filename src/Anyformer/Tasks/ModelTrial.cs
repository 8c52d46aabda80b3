using Anyformer.Comparison;
using Anyformer.Modules;
using Anyformer.Training;

namespace Anyformer.Tasks;

/// <summary>One model of a comparison that is trained with one seed and measured.</summary>
internal abstract class ModelTrial
{
    /// <summary>The model.</summary>
    internal abstract Module Network { get; }

    /// <summary>The error that ranks, measured by <see cref="Run"/>.</summary>
    internal abstract double RankingError { get; }

    /// <summary>Trains within the share of the budget, and measures.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal abstract SeedResult Run(TrainingObserver? observer, CancellationToken cancellation);

    /// <summary>Trains a model with every seed. One that fails becomes a result that says why.</summary>
    /// <param name="id">What the model is called in the comparison.</param>
    /// <param name="name">Its name.</param>
    /// <param name="seeds">The seeds.</param>
    /// <param name="open">Builds the model for a seed.</param>
    /// <param name="observer">Who looks on.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>What came of it, and the seed that came out best; null when the model failed.</returns>
    internal static (ModelResult Result, TTrial? Best) Run<TTrial>(
        string id, string name, IEnumerable<long> seeds, Func<long, TTrial> open, ComparisonObserver observer, CancellationToken cancellation)
        where TTrial : ModelTrial
    {
        var result = new ModelResult { Id = id, Name = name, Seeds = [] };
        TTrial? best = null;
        try
        {
            foreach (var seed in seeds)
            {
                cancellation.ThrowIfCancellationRequested();
                var trial = open(seed);
                result = result with { Parameters = trial.Network.ParameterCount() };
                result = result with { Seeds = [.. result.Seeds, trial.Run(observer.OnTraining(id, seed), cancellation)] };
                if (best is null || trial.RankingError < best.RankingError)
                    best = trial;
            }

            return (result, best);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return (result with { Seeds = [], Failure = exception.Message }, null);
        }
    }
}
