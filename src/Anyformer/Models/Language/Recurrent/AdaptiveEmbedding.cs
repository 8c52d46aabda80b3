using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Recurrent;

/// <summary>Token ids to vectors, rarer tokens by way of narrower ones: (batch, tokens) to (batch, tokens, width), times the root of the width.</summary>
internal sealed class AdaptiveEmbedding : TensorModule
{
    private readonly AdaptiveClusters _clusters;
    private readonly int _width;

    internal AdaptiveEmbedding(AdaptiveClusters clusters, int width)
    {
        (_clusters, _width) = (clusters, width);
        Tables = ModuleList<Embedding>.Of(clusters.Tables, table => new Embedding(clusters.TableSize(table), clusters.WidthOf(table)));
        var needed = clusters.Divisor > 1 ? clusters.Count : clusters.Width == width ? 0 : 1;
        Projections = ModuleList<Linear>.Of(needed, cluster => new Linear(clusters.WidthOf(cluster), width, bias: false));
        foreach (var table in Tables)
            _ = Initialization.Normal(table.Weight, deviation: 0.02);
        foreach (var projection in Projections)
            _ = Initialization.Normal(projection.Weight, deviation: 0.01);
    }

    internal ModuleList<Embedding> Tables { get; }

    internal ModuleList<Linear> Projections { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Vectors(input) * Math.Sqrt(_width);

    private Tensor Vectors(Tensor tokens)
    {
        if (_clusters.Divisor == 1)
            return Projections.Count == 0 ? Tables[0].Call(tokens) : Projections[0].Call(Tables[0].Call(tokens));
        var flat = tokens.Flatten();
        var vectors = Tables[0].Weight.NewZeros([flat.Size(0), _width]);
        for (var cluster = 0; cluster < _clusters.Count; cluster++)
        {
            var places = _clusters.Places(flat, cluster);
            if (places.Size(0) > 0)
                vectors = vectors.IndexCopy(0, places, Projections[cluster].Call(Tables[cluster].Call(flat.IndexSelect(0, places) - _clusters.Begin(cluster))));
        }

        return vectors.Unflatten(0, [tokens.Size(0), tokens.Size(1)]);
    }
}
