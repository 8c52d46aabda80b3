namespace Anyformer.Training;

/// <summary>Which way a monitored value gets better.</summary>
public enum Improvement
{
    /// <summary>Lower is better: a loss.</summary>
    Falling,
    /// <summary>Higher is better: an accuracy.</summary>
    Rising,
}

/// <summary>What early stopping remembers, to be kept in a checkpoint.</summary>
/// <param name="Best">The best value so far; null before the first.</param>
/// <param name="Waited">Values since the best one.</param>
public sealed record EarlyStoppingState(double? Best = null, int Waited = 0);

/// <summary>
/// Stops a training after <paramref name="patience"/> values in a row that are worse than the best. A value that ties with the best
/// counts as an improvement, as in the forecasting papers' code; one that is not a number never does.
/// </summary>
/// <param name="patience">The number of worse values, at least 1.</param>
/// <param name="better">Which way the value gets better.</param>
public sealed class EarlyStopping(int patience, Improvement better = Improvement.Falling)
{
    private readonly int _patience = patience >= 1
        ? patience
        : throw new ArgumentOutOfRangeException(nameof(patience), patience, "Patience is at least 1.");

    /// <summary>What has been seen so far; a resumed run sets it to what its checkpoint holds.</summary>
    public EarlyStoppingState State { get; set; } = new();

    /// <summary>True once patience has run out.</summary>
    public bool ShouldStop => State.Waited >= _patience;

    /// <summary>Takes the next value in.</summary>
    /// <returns>True when it is the best so far: the moment to keep the weights.</returns>
    public bool Observe(double value)
    {
        var best = State.Best ?? value;
        var improved = better == Improvement.Falling ? value <= best : value >= best;
        State = improved ? new EarlyStoppingState(value) : State with { Waited = State.Waited + 1 };
        return improved;
    }
}
