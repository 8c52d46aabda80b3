using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Recurrent;

/// <summary>A weight that may be another module's.</summary>
internal sealed class SharedWeight(Parameter weight) : Module
{
    public Parameter Weight { get; } = weight;
}

/// <summary>The map of vectors to the scores of the tokens of a table; the weight may be that of the embedding.</summary>
internal sealed class ScoreTable(Parameter weight) : Module
{
    /// <summary>(tokens, width of the table).</summary>
    public Parameter Weight { get; } = weight;

    /// <summary>(tokens).</summary>
    public Parameter Bias { get; } = Initialization.Constant(Parameter.Empty(weight.Size(0)), 0);
}

/// <summary>
/// The adaptive softmax of clusters of rarer and rarer tokens: the first scores its tokens and every other cluster, and those score their own (Grave et al.,
/// ICML 2017, arXiv 1609.04309). Without clusters it is a softmax.
/// </summary>
internal sealed class AdaptiveHead : TensorModule
{
    private readonly AdaptiveClusters _clusters;

    internal AdaptiveHead(AdaptiveClusters clusters, AdaptiveEmbedding embedding, int width, bool tiesTables, IReadOnlyList<bool> tiedProjections)
    {
        _clusters = clusters;
        Parameter Table(int table) => tiesTables
            ? embedding.Tables[table].Weight
            : Initialization.Normal(Parameter.Empty(clusters.TableSize(table), clusters.WidthOf(table)), deviation: 0.02);
        Parameter Projection(int cluster) => cluster < tiedProjections.Count && tiedProjections[cluster]
            ? embedding.Projections[clusters.Divisor == 1 ? 0 : cluster].Weight
            : Initialization.Normal(Parameter.Empty(width, clusters.WidthOf(cluster)), deviation: 0.01);
        Tables = ModuleList<ScoreTable>.Of(clusters.Tables, table => new ScoreTable(Table(table)));
        Projections = ModuleList<SharedWeight>.Of(embedding.Projections.Count == 0 ? 0 : clusters.Count, cluster => new SharedWeight(Projection(cluster)));
        if (clusters.Count == 1)
            return;
        ClusterWeight = Initialization.Normal(Parameter.Empty(clusters.Count - 1, clusters.Width), deviation: 0.02);
        ClusterBias = Initialization.Constant(Parameter.Empty(clusters.Count - 1), 0);
    }

    private ModuleList<ScoreTable> Tables { get; }

    /// <summary>From vectors of the model to those of a cluster, (width, width of the cluster).</summary>
    private ModuleList<SharedWeight> Projections { get; }

    /// <summary>(clusters but the first, width of the first).</summary>
    private Parameter? ClusterWeight { get; }

    private Parameter? ClusterBias { get; }

    /// <summary>Minus the logarithms of the probabilities of what came, (...).</summary>
    /// <param name="states">(..., width).</param>
    /// <param name="targets">What came, (...).</param>
    internal Tensor CallLosses(Tensor states, Tensor targets)
    {
        using var scope = new TensorScope(this);
        var (rows, wanted) = (states.Flatten(0, -2), targets.Flatten());
        var head = FirstScores(rows).LogSoftmax(-1);
        var losses = head.NewZeros([wanted.Size(0)]);
        for (var cluster = 0; cluster < _clusters.Count; cluster++)
        {
            var places = _clusters.Places(wanted, cluster);
            if (places.Size(0) == 0)
                continue;
            var (own, within) = (head.IndexSelect(0, places), (wanted.IndexSelect(0, places) - _clusters.Begin(cluster)).Unsqueeze(1));
            var found = cluster == 0
                ? own.Gather(1, within).Squeeze(1)
                : own.Select(1, ColumnOf(cluster)) + ScoresWithin(cluster, rows.IndexSelect(0, places)).LogSoftmax(-1).Gather(1, within).Squeeze(1);
            losses = losses.IndexCopy(0, places, found * -1);
        }

        return scope.Keep(losses.View(targets.Shape));
    }

    /// <inheritdoc/>
    /// <remarks>Of clusters, the logarithms of probabilities; their softmax is themselves.</remarks>
    protected override Tensor Forward(Tensor input)
    {
        if (_clusters.Count == 1)
            return FirstScores(input);
        var head = FirstScores(input).LogSoftmax(-1);
        var rare = Enumerable.Range(1, _clusters.Count - 1)
            .Select(cluster => ScoresWithin(cluster, input).LogSoftmax(-1) + head.Narrow(-1, ColumnOf(cluster), 1));
        return Functional.Cat([head.Narrow(-1, 0, _clusters.Size(0)), .. rare], -1);
    }

    /// <summary>The column of a cluster among the scores of the first; the authors count them from the end.</summary>
    private int ColumnOf(int cluster) => _clusters.Size(0) + _clusters.Count - 1 - cluster;

    private Tensor FirstScores(Tensor states)
    {
        var (weight, bias) = Table(0);
        return ClusterWeight is null
            ? Functional.Linear(Projected(0, states), weight, bias)
            : Functional.Linear(Projected(0, states), Functional.Cat([weight, ClusterWeight], 0), Functional.Cat([bias, ClusterBias!], 0));
    }

    private Tensor ScoresWithin(int cluster, Tensor states)
    {
        var (weight, bias) = Table(cluster);
        return Functional.Linear(Projected(cluster, states), weight, bias);
    }

    private Tensor Projected(int cluster, Tensor states) => Projections.Count == 0 ? states : states.MatMul(Projections[cluster].Weight);

    private (Tensor Weight, Tensor Bias) Table(int cluster) => _clusters.Divisor > 1
        ? (Tables[cluster].Weight, Tables[cluster].Bias)
        : (Tables[0].Weight.Narrow(0, _clusters.Begin(cluster), _clusters.Size(cluster)), Tables[0].Bias.Narrow(0, _clusters.Begin(cluster), _clusters.Size(cluster)));
}
